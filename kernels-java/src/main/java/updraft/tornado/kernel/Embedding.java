package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Looks up the embeddings of a forward's tokens: one row of a packed matrix each, to floats.
 *
 * <p>A work-item owns an element of a row. A packed row's words are {@link Packing#LANES} apart, so
 * a lookup touches a line of 128 bytes for each of its words and uses 4: for a row of 4,096 columns
 * of 8 bits some 150 kB. That is the price of sharing the matrix with the output head, a ten
 * thousandth of the weights that a step reads.
 */
public final class Embedding {
  /** Work-items of a group. */
  public static final int ITEMS = 128;

  private static final int L = Packing.LANES;

  private Embedding() {}

  /**
   * @param inputs begins with {@link RowField}s
   * @param words the packed embedding's integers
   * @param factors its scales and minima, or its floats
   * @param state shape (rows, columns)
   * @param kind {@link Packing}
   * @param blockFactors factors of a row's block
   */
  public static void gather(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      IntArray words,
      FloatArray factors,
      FloatArray state,
      int kind,
      int columns,
      int blockFactors) {
    int at = context.globalIdx;
    int count = step.get(Step.ROWS);
    if (at < count * columns) {
      int row = at / columns;
      int column = at % columns;
      int token = inputs.get(row * RowField.SIZE + RowField.TOKEN);
      int blocks = (columns + Packing.BLOCK - 1) / Packing.BLOCK;
      int block = token / L * blocks + column / Packing.BLOCK;
      int lane = token % L;
      int k = column % Packing.BLOCK;
      int wordAt = block * Packing.words(kind) * L + lane;
      int factorAt = block * blockFactors * L + lane;
      float value = 0f;
      if (kind == Packing.FLOATS) {
        value = factors.get(factorAt + k * L);
      } else if (kind == Packing.NIBBLES) {
        // nibbles 0 2 4 6 1 3 5 7 of a word are its eight columns in order
        int nibble = k % 4 * 2 + k % 8 / 4;
        float quant = Numbers.nibble(words.get(wordAt + k / 8 * L), nibble);
        if (blockFactors == 2) {
          value = factors.get(factorAt) * quant + factors.get(factorAt + L);
        } else {
          value = factors.get(factorAt) * (quant - 8f);
        }
      } else {
        float quant = Numbers.signedByte(words.get(wordAt + k / 4 * L), k % 4);
        if (kind == Packing.BYTES_HALVES) {
          value = factors.get(factorAt + k / 16 * L) * quant;
        } else {
          value = factors.get(factorAt) * quant;
          if (blockFactors == 2) {
            value = value + factors.get(factorAt + L);
          }
        }
      }
      state.set(at, value);
    }
  }
}
