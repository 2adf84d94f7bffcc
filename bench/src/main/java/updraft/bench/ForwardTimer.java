package updraft.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import updraft.cache.PageTable;
import updraft.engine.EngineOptions;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/**
 * A backend without an engine around it, and a clock: one sequence of tokens of no meaning. Does
 * the same work as {@code llama_peer.py}, token for token. For one thread.
 */
final class ForwardTimer implements AutoCloseable {
  /** Rows of a prefill step, as the engine has them by default. */
  private static final int CHUNK = 128;

  /** Steps that are not timed, at least, and for how long: C2 compiles calls into C late. */
  private static final int WARM_UPS = 3;

  private static final long WARM_UP_NANOS = 1_000_000_000;

  private final ModelConfig config;
  private final Backend backend;
  private final int threads;
  private final RowBatch batch;
  private final PageTable table = new PageTable();
  private boolean choiceCold = true;

  private ForwardTimer(
      ModelConfig config,
      ModelWeights weights,
      EngineOptions options,
      int positions,
      int maxRows,
      int others) {
    this.config = config;
    this.threads =
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    int pages = PageTable.pagesFor(positions);
    int rows = Math.max(CHUNK, maxRows);
    this.backend =
        Backends.open(
            options.backend(),
            config,
            weights,
            new BackendOptions(
                threads,
                pages + PageTable.pagesFor(others),
                rows,
                maxRows,
                options.keyValueType(),
                options.lanes()));
    this.batch = new RowBatch(rows);
    for (int page = 0; page < pages; page++) {
      table.add(page);
    }
    backend.warmUp();
  }

  /**
   * @param positions most tokens of the sequence
   * @param maxRows most rows of a step that want logits
   * @throws IllegalArgumentException if the model's context is shorter than {@code positions}
   */
  static ForwardTimer open(EngineOptions options, int positions, int maxRows) {
    return open(options, positions, maxRows, 0);
  }

  /**
   * @param others tokens of other sequences, whole pages
   */
  static ForwardTimer open(EngineOptions options, int positions, int maxRows, int others) {
    try (GgufFile file = GgufFile.open(options.model())) {
      ModelConfig config = ModelConfig.of(file);
      if (positions > config.contextLength()) {
        throw new IllegalArgumentException(
            "tokens of a measurement must fit the model's context: tokens="
                + positions
                + ", context_length="
                + config.contextLength());
      }
      ModelWeights weights = ModelWeights.of(file, config);
      return new ForwardTimer(config, weights, options, positions, maxRows, others);
    }
  }

  String description() {
    return backend.description();
  }

  int threads() {
    return threads;
  }

  /** Milliseconds of a step of this many rows in a chain, all with logits: median. */
  double verify(int rows, int context, int repetitions) {
    fill(context);
    Runnable step = () -> forward(context, rows, i -> token(1000 + i), rows);
    long begin = System.nanoTime();
    for (int i = 0; i < WARM_UPS || System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      step.run();
    }
    return Median.of(repetitions, () -> milliseconds(step));
  }

  /** Milliseconds a token of plain greedy decoding, choice of the token included. */
  double decode(int context, int tokens) {
    fill(context);
    warmChoice();
    return milliseconds(
            () -> {
              int next = token(1000);
              for (int i = 0; i < tokens; i++) {
                int token = next;
                RowOutputs outputs = forward(context + i, 1, row -> token, 1);
                next = likeliest(outputs.logits(), outputs.logitsOffset(0));
              }
            })
        / tokens;
  }

  /** Milliseconds of a step of some sequences, each a token further, choice of tokens included. */
  double sequences(int count, int context, int steps) {
    List<PageTable> tables = new ArrayList<>();
    int page = table.size();
    for (int sequence = 0; sequence < count; sequence++) {
      PageTable own = new PageTable();
      for (int i = 0; i < PageTable.pagesFor(context + steps); i++) {
        own.add(page++);
      }
      tables.add(own);
      batch.clear();
      int parent = RowBatch.COMMITTED;
      for (int i = 0; i < context; i++) {
        int token = token(1000 + (i + 7 * sequence) % 500);
        parent = batch.add(token, i, own, own.slot(i), parent, false);
      }
      backend.forward(batch);
    }
    int[] tokens = new int[count];
    Arrays.setAll(tokens, sequence -> token(1000 + sequence));
    return milliseconds(
            () -> {
              for (int position = context; position < context + steps; position++) {
                batch.clear();
                for (int i = 0; i < count; i++) {
                  PageTable own = tables.get(i);
                  batch.add(tokens[i], position, own, own.slot(position), RowBatch.COMMITTED, true);
                }
                RowOutputs outputs = backend.forward(batch);
                for (int i = 0; i < count; i++) {
                  tokens[i] = likeliest(outputs.logits(), outputs.logitsOffset(i));
                }
              }
            })
        / steps;
  }

  /** Milliseconds of a prompt of which the last token alone wants logits. */
  double prefill(int tokens) {
    return milliseconds(() -> fill(tokens));
  }

  /**
   * Lets C2 compile the choice of a token, without which it takes a quarter of a small model's
   * step.
   */
  private void warmChoice() {
    float[] logits = new float[config.vocabularySize()];
    long begin = System.nanoTime();
    while (choiceCold) {
      likeliest(logits, 0);
      choiceCold = System.nanoTime() - begin < WARM_UP_NANOS;
    }
  }

  private void fill(int tokens) {
    for (int start = 0; start < tokens; start += CHUNK) {
      int first = start;
      int rows = Math.min(CHUNK, tokens - start);
      forward(start, rows, i -> token(1000 + (first + i) % 500), start + rows == tokens ? 1 : 0);
    }
  }

  private int likeliest(float[] logits, int offset) {
    int best = 0;
    for (int token = 1; token < config.vocabularySize(); token++) {
      if (logits[offset + token] > logits[offset + best]) {
        best = token;
      }
    }
    return best;
  }

  private int token(int value) {
    return value % config.vocabularySize();
  }

  /** A chain from a position on; the last {@code logits} rows want logits. */
  private RowOutputs forward(int start, int rows, TokenOfRow token, int logits) {
    batch.clear();
    int parent = RowBatch.COMMITTED;
    for (int i = 0; i < rows; i++) {
      int position = start + i;
      parent =
          batch.add(token.at(i), position, table, table.slot(position), parent, i >= rows - logits);
    }
    return backend.forward(batch);
  }

  private static double milliseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  @Override
  public void close() {
    backend.close();
  }

  private interface TokenOfRow {
    int at(int row);
  }
}
