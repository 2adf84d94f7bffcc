package updraft.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import updraft.model.PackedMatrix.Kind;

/**
 * Turns stored tensors into {@link PackedMatrix packed ones} without losing a bit: every format is
 * integers with scales and minima, or floats. Several tensors of the same columns can be stacked
 * into one matrix, so that one product serves query, key and value.
 */
public final class Repacker {
  private final int lanes;

  /**
   * @param lanes rows a group
   */
  public Repacker(int lanes) {
    this.lanes = lanes;
  }

  /** The rows of all tensors, one after the other; they have equally many columns. */
  public PackedMatrix stack(List<GgufTensor> tensors) {
    Kind kind = kind(tensors);
    int rows = Math.toIntExact(tensors.stream().mapToLong(GgufTensor::rows).sum());
    int columns = tensors.getFirst().columns();
    int groups = (rows + lanes - 1) / lanes;
    long ints =
        kind == Kind.FLOAT
            ? (long) groups * columns * lanes
            : (long) groups * (columns / 32) * PackedMatrix.intsPerBlock(kind) * lanes;
    if (ints > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a matrix must have fewer than 2^31 packed words: tensor="
              + tensors.getFirst().name()
              + ", words="
              + ints);
    }
    int blocks = kind == Kind.FLOAT ? 0 : groups * (columns / PackedMatrix.BLOCK);
    PackedMatrix packed =
        new PackedMatrix(
            kind,
            rows,
            columns,
            lanes,
            new int[kind == Kind.FLOAT ? 0 : (int) ints],
            new float
                [kind == Kind.FLOAT
                    ? (int) ints
                    : blocks * lanes * (kind == Kind.Q8_HALVES ? 2 : 1)],
            hasMins(tensors) ? new float[blocks * lanes] : null);
    int first = 0;
    for (GgufTensor tensor : tensors) {
      int start = first;
      IntStream.range(0, Math.toIntExact(tensor.rows()))
          .parallel()
          .forEach(row -> packRow(tensor, row, packed, start + row));
      first += (int) tensor.rows();
    }
    return packed;
  }

  public PackedMatrix pack(GgufTensor tensor) {
    return stack(List.of(tensor));
  }

  /** Whether tensors can be stacked without changing the kind of any. */
  public boolean stackable(List<GgufTensor> tensors) {
    return tensors.stream().map(GgufTensor::type).distinct().count() == 1;
  }

  private static Kind kind(List<GgufTensor> tensors) {
    GgufTensor first = tensors.getFirst();
    if (first.columns() % PackedMatrix.BLOCK != 0) {
      return Kind.FLOAT;
    }
    return switch (first.type()) {
      case F32, F16, BF16 -> Kind.FLOAT;
      case Q8_0, Q5_0, Q5_1, Q5_K -> Kind.Q8;
      case Q6_K -> Kind.Q8_HALVES;
      case Q4_0, Q4_1, Q4_K -> Kind.Q4;
    };
  }

  private static boolean hasMins(List<GgufTensor> tensors) {
    return switch (tensors.getFirst().type()) {
      case F32, F16, BF16, Q8_0, Q5_0, Q6_K -> false;
      case Q5_1, Q5_K, Q4_0, Q4_1, Q4_K -> kind(tensors) != Kind.FLOAT;
    };
  }

  private void packRow(GgufTensor tensor, int row, PackedMatrix packed, int target) {
    if (packed.kind() == Kind.FLOAT) {
      float[] values = new float[tensor.columns()];
      tensor.dequantizeRow(row, values, 0);
      int group = target / lanes;
      for (int k = 0; k < values.length; k++) {
        packed.scales()[(group * values.length + k) * lanes + target % lanes] = values[k];
      }
      return;
    }
    BlockReader reader = new BlockReader(tensor, row);
    for (int block = 0; block < packed.blocks(); block++) {
      reader.read(block);
      store(packed, (target / lanes) * packed.blocks() + block, target % lanes, reader);
    }
  }

  private void store(PackedMatrix packed, int block, int lane, BlockReader reader) {
    boolean nibbles = packed.kind() == Kind.Q4;
    for (int k = 0; k < PackedMatrix.BLOCK; k++) {
      if (nibbles) {
        int t = PackedMatrix.nibblePair(k);
        packed.quants()[(block * 4 + t / 4) * lanes + lane] |=
            reader.quants[k] << (16 * ((k >> 1) & 1) + 4 * (t % 4));
      } else {
        packed.quants()[(block * 8 + k / 4) * lanes + lane] |=
            (reader.quants[k] & 0xff) << (8 * (k % 4));
      }
    }
    if (packed.kind() == Kind.Q8_HALVES) {
      packed.scales()[2 * block * lanes + lane] = reader.scale;
      packed.scales()[(2 * block + 1) * lanes + lane] = reader.secondScale;
    } else {
      packed.scales()[block * lanes + lane] = reader.scale;
    }
    if (packed.mins() != null) {
      packed.mins()[block * lanes + lane] = reader.min;
    }
  }

  /** Takes one row's stored blocks apart, 32 columns at a time: value = scale × quant + min. */
  private static final class BlockReader {
    private final MemorySegment data;
    private final QuantType type;
    private final long start;
    private final int[] quants = new int[PackedMatrix.BLOCK];
    private float scale;
    private float secondScale;
    private float min;

    BlockReader(GgufTensor tensor, int row) {
      data = tensor.data();
      type = tensor.type();
      start = row * tensor.rowBytes();
    }

    void read(int block) {
      switch (type) {
        case Q8_0 -> {
          long at = start + block * 34L;
          scale = half(at);
          for (int k = 0; k < 32; k++) {
            quants[k] = data.get(ValueLayout.JAVA_BYTE, at + 2 + k);
          }
        }
        case Q4_0 -> {
          long at = start + block * 18L;
          scale = half(at);
          min = -8 * scale;
          nibbles(at + 2);
        }
        case Q4_1 -> {
          long at = start + block * 20L;
          scale = half(at);
          min = half(at + 2);
          nibbles(at + 4);
        }
        case Q5_0 -> {
          long at = start + block * 22L;
          scale = half(at);
          nibbles(at + 6);
          highBits(at + 2);
          for (int k = 0; k < 32; k++) {
            quants[k] -= 16;
          }
        }
        case Q5_1 -> {
          long at = start + block * 24L;
          scale = half(at);
          min = half(at + 2);
          nibbles(at + 8);
          highBits(at + 4);
        }
        case Q4_K -> superBlock(block, 144, false);
        case Q5_K -> superBlock(block, 176, true);
        case Q6_K -> sixBits(block);
        case F32, F16, BF16 -> throw new AssertionError(type);
      }
    }

    /** Low nibbles are columns 0 … 15, high ones 16 … 31. */
    private void nibbles(long at) {
      for (int i = 0; i < 16; i++) {
        int b = unsigned(at + i);
        quants[i] = b & 15;
        quants[i + 16] = b >> 4;
      }
    }

    private void highBits(long at) {
      int bits = data.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      for (int k = 0; k < 32; k++) {
        quants[k] |= ((bits >>> k) & 1) << 4;
      }
    }

    /**
     * Q4_K and Q5_K: 256 columns; eight pairs of 6-bit scale and minimum; 64 columns a 32 bytes.
     */
    private void superBlock(int block, int bytes, boolean fiveBits) {
      long at = start + (block / 8) * (long) bytes;
      int sub = block % 8;
      scale = half(at) * sixBitScale(at + 4, sub);
      min = -(half(at + 2) * sixBitMin(at + 4, sub));
      long low = at + 16 + (fiveBits ? 32 : 0) + (sub / 2) * 32L;
      for (int k = 0; k < 32; k++) {
        int b = unsigned(low + k);
        quants[k] = (sub & 1) == 0 ? b & 15 : b >> 4;
        if (fiveBits) {
          quants[k] |= ((unsigned(at + 16 + k) >> sub) & 1) << 4;
        }
      }
    }

    private int sixBitScale(long at, int sub) {
      return sub < 4
          ? unsigned(at + sub) & 63
          : (unsigned(at + sub + 4) & 15) | ((unsigned(at + sub - 4) >> 6) << 4);
    }

    private int sixBitMin(long at, int sub) {
      return sub < 4
          ? unsigned(at + sub + 4) & 63
          : (unsigned(at + sub + 4) >> 4) | ((unsigned(at + sub) >> 6) << 4);
    }

    /**
     * Q6_K: 256 columns as two halves of 128; four low bits, two high bits, a scale a 16 columns.
     */
    private void sixBits(int block) {
      long at = start + (block / 8) * 210L;
      int sub = block % 8;
      int half = sub / 4;
      int quarter = sub % 4;
      float d = half(at + 208);
      long scales = at + 192 + 8 * half + 2 * quarter;
      scale = d * data.get(ValueLayout.JAVA_BYTE, scales);
      secondScale = d * data.get(ValueLayout.JAVA_BYTE, scales + 1);
      long low = at + 64 * half + 32 * (quarter & 1);
      long high = at + 128 + 32 * half;
      for (int k = 0; k < 32; k++) {
        int four = (unsigned(low + k) >> (quarter < 2 ? 0 : 4)) & 15;
        int two = (unsigned(high + k) >> (2 * quarter)) & 3;
        quants[k] = (four | two << 4) - 32;
      }
    }

    private int unsigned(long at) {
      return data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    private float half(long at) {
      return Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
    }
  }
}
