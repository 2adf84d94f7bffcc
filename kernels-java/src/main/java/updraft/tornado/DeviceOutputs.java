package updraft.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import updraft.forward.DeviceMeter;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.forward.TokenRule;

/** What came back from the device. */
final class DeviceOutputs implements RowOutputs {
  /** Some hundred times what single precision does to noise and quotient. */
  private static final float MARGIN = 1e-3f;

  private final Sizes sizes;
  private final Buffers buffers;
  private final DeviceMeter meter;

  /** Shape (logits rows, vocabulary). */
  private final float[] logits;

  private final @Nullable String[] faults;
  private int[] layers = {};

  /** By captured layer, shape (rows, hidden). */
  private float[][] hidden = {};

  private RowBatch batch = new RowBatch(0);

  /** What the logits can be fetched from; null once they are here. */
  private @Nullable TornadoExecutionResult head;

  private boolean faulty;

  DeviceOutputs(Sizes sizes, Buffers buffers, DeviceMeter meter) {
    this.meter = meter;
    this.sizes = sizes;
    this.buffers = buffers;
    logits = new float[sizes.logitsRows() * sizes.config().vocabularySize()];
    faults = new String[sizes.rows()];
  }

  void capture(int... wanted) {
    layers = wanted.clone();
    hidden = new float[wanted.length][sizes.rows() * sizes.hidden()];
  }

  boolean wants(int layer) {
    return Arrays.stream(layers).anyMatch(wanted -> wanted == layer);
  }

  void begin(RowBatch rows) {
    batch = rows;
    head = null;
  }

  /** Tokens are here, logits can be fetched. */
  void computed(TornadoExecutionResult result) {
    head = result;
  }

  /** Whether a row's numbers cannot be used: then the traces tell why. */
  boolean faulty() {
    faulty = false;
    for (int row = 0; row < batch.rows() && !faulty; row++) {
      int index = batch.logitsIndex(row);
      faulty =
          !Float.isFinite(buffers.faults.get(row))
              || (index >= 0 && !Float.isFinite(buffers.told.get(2 * index + 1)));
    }
    return faulty;
  }

  /** Takes the states that have just been copied. */
  void takeStates(int layer) {
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == layer) {
        copy(buffers.statesSeen.getSegment(), hidden[i], batch.rows() * sizes.hidden());
      }
    }
  }

  private static void copy(MemorySegment from, float[] to, int count) {
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 0, to, 0, count);
  }

  /** What a row's ancestors computed wrongly is in its context too. */
  void takeFaults() {
    for (int row = 0; row < batch.rows(); row++) {
      faults[row] = faulty ? traced(row, batch.logitsIndex(row)) : null;
      int parent = batch.parent(row);
      if (faults[row] == null && parent != RowBatch.COMMITTED) {
        faults[row] = faults[parent];
      }
    }
  }

  private @Nullable String traced(int row, int index) {
    int norms = index < 0 ? sizes.norms() - 1 : sizes.norms();
    for (int norm = 0; norm < norms; norm++) {
      int at = (norm * sizes.rows() + row) * 2;
      if (!Float.isFinite(buffers.tracesSeen.get(at + 1))) {
        return "keys and values must be finite and fit their type: NaN or infinity in layer "
            + norm / 2;
      }
      if (!Float.isFinite(buffers.tracesSeen.get(at))) {
        return "hidden state must be finite: NaN or infinity " + place(norm);
      }
    }
    return index >= 0 && !Float.isFinite(buffers.told.get(2 * index + 1))
        ? "logits must be finite: NaN or infinity in the output head"
        : null;
  }

  private String place(int norm) {
    if (norm == sizes.norms() - 1) {
      return "after layer " + (norm / 2 - 1);
    }
    return (norm % 2 == 0 ? "before attention of layer " : "before feed-forward of layer ")
        + norm / 2;
  }

  @Override
  public float[] logits() {
    fetchLogits();
    return logits;
  }

  /** Copies the logits here, if the last forward has any and they are not. */
  void fetchLogits() {
    if (head != null) {
      long start = System.nanoTime();
      head.transferToHost(buffers.logits);
      int count = batch.logitsRows() * sizes.config().vocabularySize();
      copy(buffers.logits.getSegment(), logits, count);
      head = null;
      meter.transferred(4L * buffers.logits.getSize(), System.nanoTime() - start);
    }
  }

  /**
   * {@inheritDoc} With noise, which is of single precision on the device, tokens within {@link
   * #MARGIN} are left to the host.
   */
  @Override
  public int chosen(int row) {
    TokenRule rule = batch.rule(row);
    int index = batch.logitsIndex(row);
    boolean clear =
        rule != null
            && index >= 0
            && StepInputs.chooses(rule)
            && buffers.told.get(2 * index) > MARGIN;
    return clear ? buffers.chosen.get(index) : -1;
  }

  @Override
  public int logitsOffset(int row) {
    int index = batch.logitsIndex(row);
    if (index < 0) {
      throw new IllegalArgumentException("row must have asked for logits: row=" + row);
    }
    return index * sizes.config().vocabularySize();
  }

  @Override
  public float[] hidden(int layer) {
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == layer) {
        return hidden[i];
      }
    }
    throw new IllegalArgumentException("layer must have been asked for: layer=" + layer);
  }

  @Override
  public @Nullable String fault(int row) {
    return faults[row];
  }
}
