package updraft.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;
import updraft.tornado.kernel.Packing;

/**
 * Packed matrices, of several layers one after the other, as integers and factors in arrays of
 * their own: no back end of TornadoVM 5.2 turns the bits of an integer into a float on the device.
 */
final class WeightArrays {
  private static final int L = Packing.LANES;

  final IntArray words;
  final FloatArray factors;
  final int kind;
  final int blockFactors;
  final int blocks;
  private final PackedMatrix first;
  private final int groups;

  /**
   * @param layers matrices of equal kind and size
   */
  WeightArrays(List<PackedMatrix> layers) {
    first = layers.getFirst();
    kind = kind(first.kind());
    blockFactors = layers.stream().allMatch(WeightArrays::centred) ? 1 : blockFactors(first.kind());
    blocks = Sizes.blocks(first.columns());
    groups = first.groups();
    long unit = (long) layers.size() * groups * L * blocks;
    refuseIfTooLarge(unit * Math.max(Packing.words(kind), blockFactors));
    words = new IntArray((int) Math.max(1, unit * Packing.words(kind)));
    factors = new FloatArray((int) (unit * blockFactors));
    words.init(0);
    factors.init(0);
    for (int layer = 0; layer < layers.size(); layer++) {
      fill(layers.get(layer), layer);
    }
  }

  private void refuseIfTooLarge(long elements) {
    if (elements > LayerPlan.MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "backend tornado: a matrix must have fewer than 2^31 elements: elements="
              + elements
              + ", rows="
              + first.rows()
              + ", columns="
              + first.columns()
              + "; take --backend cpu");
    }
  }

  private static int kind(Kind kind) {
    return switch (kind) {
      case Q4, Q4_WIDE -> Packing.NIBBLES;
      case Q8, Q8_MIN -> Packing.BYTES;
      case Q8_HALVES -> Packing.BYTES_HALVES;
      case F32, F16, BF16 -> Packing.FLOATS;
    };
  }

  private static int blockFactors(Kind kind) {
    return switch (kind) {
      case Q4, Q4_WIDE, Q8_MIN, Q8_HALVES -> 2;
      case Q8 -> 1;
      case F32, F16, BF16 -> Packing.BLOCK;
    };
  }

  /** Elements of the larger array that a matrix of this kind takes. */
  static long elements(Kind kind, long rows, int columns) {
    long perBlock = Math.max(Packing.words(kind(kind)), blockFactors(kind));
    return (rows + L) * Sizes.blocks(columns) * perBlock;
  }

  /** Whether every minimum is -8 scales, as Q4_0 has it: then nibbles less 8 need none. */
  private static boolean centred(PackedMatrix packed) {
    if (packed.kind() != Kind.Q4) {
      return false;
    }
    for (int at = 4 * packed.lanes(); at < packed.words().length; at += 5 * packed.lanes()) {
      for (int lane = 0; lane < packed.lanes(); lane++) {
        int word = packed.words()[at + lane];
        if (high(word) != -8 * low(word)) {
          return false;
        }
      }
    }
    return true;
  }

  private static float low(int word) {
    return Float.float16ToFloat((short) word);
  }

  private static float high(int word) {
    return Float.float16ToFloat((short) (word >> 16));
  }

  private void fill(PackedMatrix packed, int layer) {
    if (packed.kind().isFloat()) {
      fillFloats(packed, layer);
      return;
    }
    int perBlock = packed.kind() == Kind.Q8_HALVES ? 2 : 1;
    int quants = packed.kind().quantWords();
    for (int group = 0; group < groups; group++) {
      for (int block = 0; block < blocks * perBlock; block++) {
        int from = (group * packed.blocks() + block) * packed.kind().words() * L;
        int unit = (layer * groups + group) * blocks * perBlock + block;
        for (int i = 0; i < quants * L; i++) {
          words.set(unit * quants * L + i, packed.words()[from + i]);
        }
        fillFactors(packed, from + quants * L, unit * (blockFactors / perBlock) * L);
      }
    }
  }

  private void fillFactors(PackedMatrix packed, int from, int to) {
    for (int lane = 0; lane < L; lane++) {
      int word = packed.words()[from + lane];
      boolean half = packed.kind() == Kind.Q4;
      factors.set(to + lane, half ? low(word) : Float.intBitsToFloat(word));
      if (blockFactors == 2 && packed.kind() != Kind.Q8_HALVES) {
        float min = half ? high(word) : Float.intBitsToFloat(packed.words()[from + L + lane]);
        factors.set(to + L + lane, min);
      }
    }
  }

  private void fillFloats(PackedMatrix packed, int layer) {
    float[] row = new float[packed.columns()];
    for (int r = 0; r < packed.rows(); r++) {
      packed.dequantizeRow(r, row, 0);
      int at = (layer * groups + r / L) * blocks * Packing.BLOCK * L + r % L;
      for (int k = 0; k < row.length; k++) {
        factors.set(at + k * L, row[k]);
      }
    }
  }

  Matrix matrix(int layered, int yOffset, FloatArray bias, int biased) {
    return new Matrix(
        words, factors, kind, blockFactors, layered, first.rows(), blocks, yOffset, bias, biased);
  }
}
