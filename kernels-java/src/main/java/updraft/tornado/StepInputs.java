package updraft.tornado;

import java.util.IdentityHashMap;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.cache.PageTable;
import updraft.forward.RowBatch;
import updraft.forward.TokenRule;
import updraft.model.ModelConfig;
import updraft.tornado.kernel.Choice;
import updraft.tornado.kernel.RowField;
import updraft.tornado.kernel.Step;
import updraft.tornado.kernel.TreeAttention;

/** Writes a forward's rows as the kernels read them. */
final class StepInputs {
  /** Of the power of two that temperatures are told with. */
  private static final int MAX_EXPONENT = 30;

  private final Sizes sizes;
  private final IntArray step;
  private final IntArray inputs;
  private final FloatArray angles;
  private final int pairs;
  private final double[] frequencies;

  /** Where the inputs have the pages of a table that was met in this forward. */
  private final Map<PageTable, Integer> tables = new IdentityHashMap<>();

  StepInputs(Sizes sizes, Buffers buffers) {
    this.sizes = sizes;
    step = buffers.step;
    inputs = buffers.inputs;
    angles = buffers.anglesGiven;
    ModelConfig config = sizes.config();
    pairs = config.ropeDimensions() / 2;
    frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] =
          StrictMath.pow(config.ropeBase(), -2.0 * i / config.ropeDimensions())
              * config.ropeScaling().frequencyScale(i);
    }
  }

  /** Writes step and inputs; the layer is still to be told. */
  Extent write(RowBatch batch) {
    tables.clear();
    int longest = 0;
    int pagesAt = sizes.pagesAt();
    for (int row = 0; row < batch.rows(); row++) {
      PageTable table = batch.table(row);
      Integer known = tables.get(table);
      if (known == null) {
        known = pagesAt;
        tables.put(table, known);
        int count = Math.min(table.size(), PageTable.pagesFor(sizes.config().contextLength()));
        for (int page = 0; page < count; page++) {
          inputs.set(pagesAt + page, table.page(page));
        }
        pagesAt += count;
      }
      writeRow(batch, row, known);
      writeAngles(batch, row);
      if (batch.logitsIndex(row) >= 0) {
        inputs.set(sizes.sourcesAt() + batch.logitsIndex(row), row);
        writeChoice(batch, row);
      }
      longest = Math.max(longest, batch.position(row) + 1);
    }
    int tiles = writeTiles(batch);
    step.set(Step.ROWS, batch.rows());
    step.set(Step.LOGITS_ROWS, batch.logitsRows());
    step.set(Step.TILES, tiles);
    return new Extent(batch.rows(), batch.logitsRows(), tiles, sizes.splits(longest));
  }

  private void writeRow(RowBatch batch, int row, int table) {
    int at = row * RowField.SIZE;
    inputs.set(at + RowField.TOKEN, batch.token(row));
    inputs.set(at + RowField.POSITION, batch.position(row));
    inputs.set(at + RowField.SLOT, batch.slot(row));
    inputs.set(at + RowField.PARENT, batch.parent(row));
    inputs.set(at + RowField.PREFIX, batch.prefix(row));
    inputs.set(at + RowField.TABLE, table);
  }

  private void writeChoice(RowBatch batch, int row) {
    TokenRule rule = batch.rule(row);
    int at = sizes.choicesAt() + batch.logitsIndex(row) * Choice.CHOICE;
    float temperature = rule == null ? 0 : rule.temperature();
    if (rule != null && chooses(rule) && temperature > 0) {
      // a power of two that makes an integer of it: the quotient is exact on the device
      int exponent = Math.min(MAX_EXPONENT, 23 - Math.getExponent(temperature));
      inputs.set(at, (int) rule.seed());
      inputs.set(at + 1, (int) (rule.seed() >>> 32));
      inputs.set(at + 2, rule.choice());
      inputs.set(at + 3, batch.position(row) + 1);
      inputs.set(at + 4, (int) Math.scalb(temperature, exponent));
      inputs.set(at + 5, 1 << exponent);
    } else {
      inputs.set(at + 4, 0);
      inputs.set(at + 5, 1);
    }
  }

  /** Whether the device tells temperatures apart so small. */
  static boolean chooses(TokenRule rule) {
    return rule.temperature() == 0 || Math.getExponent(rule.temperature()) >= 23 - MAX_EXPONENT;
  }

  /** In double precision, so that far positions keep theirs; brothers have the same. */
  private void writeAngles(RowBatch batch, int row) {
    int position = batch.position(row);
    int at = row * 2 * pairs;
    boolean same = row > 0 && batch.position(row - 1) == position;
    for (int i = 0; i < pairs; i++) {
      double angle = same ? 0 : position * frequencies[i];
      angles.set(at + i, same ? angles.get(at - 2 * pairs + i) : (float) StrictMath.cos(angle));
      angles.set(at + pairs + i, same ? angles.get(at - pairs + i) : (float) StrictMath.sin(angle));
    }
  }

  /** Neighbouring rows of one sequence. */
  private int writeTiles(RowBatch batch) {
    int tiles = 0;
    int first = 0;
    while (first < batch.rows()) {
      int end = first + 1;
      int last = batch.position(first);
      while (end < batch.rows()
          && end - first < sizes.rowsPerTile()
          && batch.table(end) == batch.table(first)) {
        last = Math.max(last, batch.position(end));
        end++;
      }
      int at = sizes.tilesAt() + tiles * TreeAttention.TILE;
      inputs.set(at, first);
      inputs.set(at + 1, end - first);
      inputs.set(at + 2, last);
      tiles++;
      first = end;
    }
    return tiles;
  }
}
