package updraft.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Takes a tensor's stored blocks apart into the {@link #words} of a {@link PackedMatrix}, a block
 * of the packed kind at a time. The stored formats are ggml's. For one thread.
 */
final class StoredBlocks {
  private static final long LOW_NIBBLES = 0x0f0f0f0f0f0f0f0fL;
  private static final int NON_FINITE_HALF = 0x7c00;

  /** The words of the block that was read last: integers, then scale and minimum. */
  final int[] words = new int[10];

  private final GgufTensor tensor;
  private final MemorySegment data;
  private int row;

  StoredBlocks(GgufTensor tensor) {
    this.tensor = tensor;
    data = tensor.data();
  }

  void read(int rowToRead, int block) {
    row = rowToRead;
    long start = row * tensor.rowBytes();
    switch (tensor.type()) {
      case I64 -> throw new IllegalStateException("integers are no weights");
      case F32 -> words[0] = data.get(JAVA_INT_UNALIGNED, start + 4L * block);
      case F16 -> {
        words[0] = twoShorts(start, block);
        requireFinite(words[0]);
        requireFinite(words[0] >>> 16);
      }
      case BF16 -> words[0] = twoShorts(start, block);
      case Q4_0 -> {
        long at = start + block * 18L;
        nibbles(at + 2);
        int scale = half(at);
        // value = scale × (nibble − 8): eight times a half is one too, unless it is huge
        float min = -8 * Float.float16ToFloat((short) scale);
        int packedMin = Float.floatToFloat16(min) & 0xffff;
        requireFinite(packedMin);
        words[4] = scale | packedMin << 16;
      }
      case Q4_1 -> {
        long at = start + block * 20L;
        nibbles(at + 4);
        words[4] = half(at) | half(at + 2) << 16;
      }
      case Q4_K -> superBlock(start + (block / 8) * 144L, block % 8, false);
      case Q5_K -> superBlock(start + (block / 8) * 176L, block % 8, true);
      case Q5_0 -> {
        long at = start + block * 22L;
        fiveBits(at + 6, data.get(JAVA_INT_UNALIGNED, at + 2), 16);
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
      }
      case Q5_1 -> {
        long at = start + block * 24L;
        fiveBits(at + 8, data.get(JAVA_INT_UNALIGNED, at + 4), 0);
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
        words[9] = Float.floatToRawIntBits(floatOfHalf(at + 2));
      }
      case Q8_0 -> {
        long at = start + block * 34L;
        for (int c = 0; c < 8; c++) {
          words[c] = data.get(JAVA_INT_UNALIGNED, at + 2 + 4L * c);
        }
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
      }
      case Q6_K -> sixBits(start + (block / 16) * 210L, block % 16);
    }
  }

  /** Columns 2 × block and the next, which the last of an odd number lacks. */
  private int twoShorts(long start, int block) {
    if (2 * block + 1 < tensor.columns()) {
      return data.get(JAVA_INT_UNALIGNED, start + 4L * block);
    }
    return data.get(JAVA_SHORT_UNALIGNED, start + 4L * block) & 0xffff;
  }

  /** Low nibbles are columns 0 … 15, high ones 16 … 31. */
  private void nibbles(long at) {
    long first = data.get(JAVA_LONG_UNALIGNED, at);
    long second = data.get(JAVA_LONG_UNALIGNED, at + 8);
    words[0] = eightNibbles(first);
    words[1] = eightNibbles(second);
    words[2] = eightNibbles(first >>> 4);
    words[3] = eightNibbles(second >>> 4);
  }

  /** Packs the low nibbles of eight bytes: the first four below, the last four above. */
  private static int eightNibbles(long bytes) {
    return (int) (bytes & LOW_NIBBLES) | (int) ((bytes & LOW_NIBBLES) >>> 28);
  }

  /** Nibbles as in {@link #nibbles}, each with a fifth bit, less a bias. */
  private void fiveBits(long at, int high, int bias) {
    for (int c = 0; c < 8; c++) {
      int four = data.get(JAVA_INT_UNALIGNED, at + 4L * (c % 4)) >>> (c < 4 ? 0 : 4);
      int word = 0;
      for (int i = 0; i < 4; i++) {
        int quant = ((four >>> 8 * i) & 15) | ((high >>> (4 * c + i)) & 1) << 4;
        word |= ((quant - bias) & 0xff) << 8 * i;
      }
      words[c] = word;
    }
  }

  /**
   * Q4_K and Q5_K: 256 columns, eight pairs of 6-bit scale and minimum, 64 columns in 32 bytes of
   * nibbles; Q5_K has a plane of fifth bits before them.
   */
  private void superBlock(long at, int sub, boolean five) {
    float scale = floatOfHalf(at) * sixBitScale(at + 4, sub);
    float min = -(floatOfHalf(at + 2) * sixBitMin(at + 4, sub));
    long low = at + 16 + (five ? 32 : 0) + (sub / 2) * 32L;
    int shift = 4 * (sub & 1);
    for (int c = 0; c < (five ? 8 : 4); c++) {
      if (five) {
        int four = data.get(JAVA_INT_UNALIGNED, low + 4L * c) >>> shift & 0x0f0f0f0f;
        int fifth = data.get(JAVA_INT_UNALIGNED, at + 16 + 4L * c) >>> sub & 0x01010101;
        words[c] = four | fifth << 4;
      } else {
        words[c] = eightNibbles(data.get(JAVA_LONG_UNALIGNED, low + 8L * c) >>> shift);
      }
    }
    words[five ? 8 : 4] = Float.floatToRawIntBits(scale);
    words[five ? 9 : 5] = Float.floatToRawIntBits(min);
  }

  private int sixBitScale(long at, int sub) {
    return sub < 4
        ? unsigned(at + sub) & 63
        : (unsigned(at + sub + 4) & 15) | (unsigned(at + sub - 4) >> 6) << 4;
  }

  private int sixBitMin(long at, int sub) {
    return sub < 4
        ? unsigned(at + sub + 4) & 63
        : unsigned(at + sub + 4) >> 4 | (unsigned(at + sub) >> 6) << 4;
  }

  /**
   * Q6_K: 256 columns as two halves of 128; four low bits, two high bits less 32, and a scale for
   * 16 columns.
   */
  private void sixBits(long at, int sixteenth) {
    int half = sixteenth / 8;
    int quarter = sixteenth % 8 / 2;
    int odd = sixteenth % 2;
    long low = at + 64 * half + 32 * (quarter & 1) + 16 * odd;
    long high = at + 128 + 32 * half + 16 * odd;
    for (int c = 0; c < 4; c++) {
      int four = data.get(JAVA_INT_UNALIGNED, low + 4L * c) >>> (quarter < 2 ? 0 : 4) & 0x0f0f0f0f;
      int two = data.get(JAVA_INT_UNALIGNED, high + 4L * c) >>> 2 * quarter & 0x03030303;
      // from 0 … 63 to −32 … 31 in every byte: flip bit 5, then fill bits 6 and 7 with it
      int quants = (four | two << 4) ^ 0x20202020;
      words[c] = quants | (quants & 0x20202020) << 1 | (quants & 0x20202020) << 2;
    }
    float scale = floatOfHalf(at + 208) * data.get(JAVA_BYTE, at + 192 + sixteenth);
    words[4] = Float.floatToRawIntBits(scale);
  }

  private int unsigned(long at) {
    return data.get(JAVA_BYTE, at) & 0xff;
  }

  private float floatOfHalf(long at) {
    return Float.float16ToFloat((short) half(at));
  }

  private int half(long at) {
    int half = data.get(JAVA_SHORT_UNALIGNED, at) & 0xffff;
    requireFinite(half);
    return half;
  }

  private void requireFinite(int half) {
    if ((half & NON_FINITE_HALF) == NON_FINITE_HALF) {
      throw new WeightException(
          "weights and their scales must be finite and below 65504",
          "tensor=" + tensor.name() + ", row=" + row);
    }
  }
}
