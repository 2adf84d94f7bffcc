package updraft.forward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.request.SamplingOptions;
import updraft.sample.SamplerScratch;
import updraft.sample.TokenSampler;

/**
 * A language model without weights: a row's logits are a hash of its whole context, read back from
 * the slots where rows wrote their tokens. A slot that was freed too early, moved to the wrong
 * place or never written changes the context and so the text. Repeats itself enough for n-grams to
 * be found.
 */
public final class HashBackend implements Backend {
  private final int vocabulary;
  private final BackendOptions options;

  /** Token and position last written to each slot. */
  private final int[] slotTokens;

  private final int[] slotPositions;
  private final float[] logits;
  private final List<Integer> rowsPerForward = new ArrayList<>();

  /** Rows with this token fail, when not negative. */
  private int faultyToken = -1;

  /** Rows with this token have a NaN among their logits, when not negative. */
  private int tokenOfNaN = -1;

  /** Whether tokens are chosen here where rows say how. */
  private boolean chooses;

  private final DeviceMeter meter = new DeviceMeter();

  private int forwardsUntilException = -1;
  private Runnable beforeForward = () -> {};

  public HashBackend(int vocabulary, BackendOptions options) {
    this.vocabulary = vocabulary;
    this.options = options;
    this.slotTokens = new int[options.pages() * PageTable.PAGE_SIZE];
    this.slotPositions = new int[slotTokens.length];
    Arrays.fill(slotPositions, -1);
    this.logits = new float[options.maxLogitsRows() * vocabulary];
  }

  /** One with room for this many pages. */
  public static HashBackend of(int vocabulary, int pages) {
    return new HashBackend(
        vocabulary,
        new BackendOptions(
            1, pages, 160, 96, BackendOptions.KeyValueType.F32, BackendOptions.Lanes.SCALAR));
  }

  /** Rows with this token report a fault from now on. */
  public void failOn(int token) {
    faultyToken = token;
  }

  /** Rows with this token have a NaN among their logits from now on. */
  public void nanAfter(int token) {
    tokenOfNaN = token;
  }

  /** The forward after this many throws. */
  public void throwAfter(int forwards) {
    forwardsUntilException = forwards;
  }

  /** From now on it chooses tokens where rows say how, and tells of launches, as a GPU does. */
  public void actAsDevice() {
    chooses = true;
  }

  @Override
  public @Nullable DeviceMeter meter() {
    return chooses ? meter : null;
  }

  /** Runs before each forward, on the engine thread. */
  public void beforeForward(Runnable action) {
    beforeForward = action;
  }

  public List<Integer> rowsPerForward() {
    return rowsPerForward;
  }

  @Override
  public RowOutputs forward(RowBatch batch) {
    beforeForward.run();
    if (forwardsUntilException-- == 0) {
      throw new IllegalStateException("forward failed on purpose");
    }
    rowsPerForward.add(batch.rows());
    for (int row = 0; row < batch.rows(); row++) {
      slotTokens[batch.slot(row)] = batch.token(row);
      slotPositions[batch.slot(row)] = batch.position(row);
    }
    int[] offsets = new int[batch.rows()];
    @Nullable String[] faults = new String[batch.rows()];
    for (int row = 0; row < batch.rows(); row++) {
      offsets[row] = batch.logitsIndex(row) * vocabulary;
      if (batch.token(row) == faultyToken) {
        faults[row] = "NaN in layer 1";
      }
      if (batch.logitsIndex(row) >= 0) {
        fill(context(batch, row), logits, offsets[row]);
        if (batch.token(row) == tokenOfNaN) {
          logits[offsets[row]] = Float.NaN;
        }
      }
    }
    int[] chosen = new int[batch.rows()];
    Arrays.fill(chosen, -1);
    for (int row = 0; chooses && row < batch.rows(); row++) {
      TokenRule rule = batch.rule(row);
      boolean close = batch.position(row) % 5 == 0; // as if two tokens were too close
      if (rule != null && offsets[row] >= 0 && !close) {
        SamplingOptions sampling =
            SamplingOptions.builder().temperature(rule.temperature()).seed(rule.seed()).build();
        chosen[row] =
            new TokenSampler(
                    sampling, rule.choice(), new int[] {0}, new SamplerScratch(vocabulary), null)
                .choose(logits, offsets[row], batch.position(row) + 1);
      }
    }
    meter.launched(7, 1000, 4L * batch.rows());
    return new Outputs(logits, offsets, faults, chosen);
  }

  /** The tokens that a row sees, its own last, from the slots where they should be. */
  private int[] context(RowBatch batch, int row) {
    int[] context = new int[batch.position(row) + 1];
    int at = row;
    for (int position = batch.position(row); position >= 0; position--) {
      int slot;
      if (position < batch.prefix(at)) {
        slot = batch.table(row).slot(position);
      } else {
        slot = batch.slot(at);
        at = batch.parent(at);
      }
      if (slotPositions[slot] != position) {
        throw new IllegalStateException(
            "slot " + slot + " holds position " + slotPositions[slot] + ", not " + position);
      }
      context[position] = slotTokens[slot];
    }
    return context;
  }

  /** What a row with this context, its own token last, has for logits. */
  public float[] logitsAfter(int... context) {
    float[] row = new float[vocabulary];
    fill(context, row, 0);
    return row;
  }

  /** A few likely tokens after the last two, and a little of the whole context. */
  private void fill(int[] context, float[] logits, int offset) {
    int last = context[context.length - 1];
    int before = context.length > 1 ? context[context.length - 2] : 0;
    SplittableRandom habit = new SplittableRandom(31L * last + before % 3);
    SplittableRandom whole = new SplittableRandom(Arrays.hashCode(context));
    for (int v = 0; v < vocabulary; v++) {
      logits[offset + v] = (float) (6 * Math.pow(habit.nextDouble(), 4) + whole.nextDouble());
    }
  }

  private record Outputs(float[] logits, int[] offsets, @Nullable String[] faults, int[] tokens)
      implements RowOutputs {
    @Override
    public int chosen(int row) {
      return tokens[row];
    }

    @Override
    public int logitsOffset(int row) {
      if (offsets[row] < 0) {
        throw new IllegalArgumentException("row has no logits: row=" + row);
      }
      return offsets[row];
    }

    @Override
    public float[] hidden(int layer) {
      throw new IllegalArgumentException("no hidden states: layer=" + layer);
    }

    @Override
    public @Nullable String fault(int row) {
      return faults[row];
    }
  }

  @Override
  public void copySlot(int fromSlot, int toSlot) {
    slotTokens[toSlot] = slotTokens[fromSlot];
    slotPositions[toSlot] = slotPositions[fromSlot];
  }

  @Override
  public String name() {
    return "hash";
  }

  @Override
  public String description() {
    return "hash backend of the tests: logits are a hash of the context";
  }

  @Override
  public int pages() {
    return options.pages();
  }

  @Override
  public int maxRows() {
    return options.maxRows();
  }

  @Override
  public int maxLogitsRows() {
    return options.maxLogitsRows();
  }

  @Override
  public void warmUp() {}

  @Override
  public void captureHiddenStates(int... layers) {}

  @Override
  public void close() {}

  /** Makes {@code --backend hash} known to tests. */
  public static final class Provider implements BackendProvider {
    @Override
    public String name() {
      return "hash";
    }

    @Override
    public @Nullable String unavailable() {
      return null;
    }

    @Override
    public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
      int pages =
          options.pages() == 0 ? 4 * PageTable.pagesFor(config.contextLength()) : options.pages();
      return new HashBackend(
          config.vocabularySize(),
          new BackendOptions(
              options.threads(),
              pages,
              options.maxRows(),
              options.maxLogitsRows(),
              options.keyValueType(),
              options.lanes()));
    }
  }
}
