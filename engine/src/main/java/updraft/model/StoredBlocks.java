package updraft.model;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Takes a tensor's stored blocks apart into the {@link #words} of a {@link PackedMatrix}, a block
 * of the packed kind at a time. The stored formats are ggml's. For one thread.
 *
 * <p>A row is copied into an array first: this runs while a model is opened, before C2 has compiled
 * it, and C1's code for a {@link MemorySegment} is many times slower than for an array. All stored
 * formats are made of 16-bit units.
 */
final class StoredBlocks {
  private static final int LOW_NIBBLES = 0x0f0f0f0f;
  private static final int NON_FINITE_HALF = 0x7c00;

  /** The words of the block that was read last: integers, then scale and minimum. */
  private final int[] words = new int[10];

  private final GgufTensor tensor;
  private final short[] units;
  private int row = -1;

  private StoredBlocks(GgufTensor tensor) {
    this.tensor = tensor;
    units = new short[Math.toIntExact(tensor.rowBytes() / 2)];
  }

  /** A {@link RowPacker}. */
  static void pack(GgufTensor tensor, int storedRow, int rows, PackedMatrix packed, int packedRow) {
    StoredBlocks stored = new StoredBlocks(tensor);
    for (int i = 0; i < rows; i++) {
      stored.open(storedRow + i);
      stored.write(packed, packedRow + i);
    }
  }

  private void write(PackedMatrix packed, int packedRow) {
    int count = packed.kind().words();
    int lanes = packed.lanes();
    int at = packed.start(packedRow, 0);
    for (int block = 0; block < packed.blocks(); block++) {
      read(block);
      for (int i = 0; i < count; i++) {
        packed.words()[at] = words[i];
        at += lanes;
      }
    }
  }

  private void open(int rowToRead) {
    row = rowToRead;
    MemorySegment.copy(
        tensor.data(), JAVA_SHORT_UNALIGNED, row * tensor.rowBytes(), units, 0, units.length);
  }

  private void read(int block) {
    switch (tensor.type()) {
      case I64 -> throw new IllegalStateException("integers are no weights");
      case F32 -> words[0] = word(4 * block);
      case F16 -> {
        words[0] = twoShorts(block);
        requireFinite(words[0]);
        requireFinite(words[0] >>> 16);
      }
      case BF16 -> words[0] = twoShorts(block);
      case Q4_0 -> {
        int at = block * 18;
        nibbles(at + 2);
        int scale = half(at);
        // value = scale × (nibble − 8): eight times a half is one too, unless it is huge
        float min = -8 * Float.float16ToFloat((short) scale);
        int packedMin = Float.floatToFloat16(min) & 0xffff;
        requireFinite(packedMin);
        words[4] = scale | packedMin << 16;
      }
      case Q4_1 -> {
        int at = block * 20;
        nibbles(at + 4);
        words[4] = half(at) | half(at + 2) << 16;
      }
      case Q4_K -> superBlock((block / 8) * 144, block % 8, false);
      case Q5_K -> superBlock((block / 8) * 176, block % 8, true);
      case Q5_0 -> {
        int at = block * 22;
        fiveBits(at + 6, word(at + 2), 16);
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
      }
      case Q5_1 -> {
        int at = block * 24;
        fiveBits(at + 8, word(at + 4), 0);
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
        words[9] = Float.floatToRawIntBits(floatOfHalf(at + 2));
      }
      case Q8_0 -> {
        int at = block * 34;
        for (int c = 0; c < 8; c++) {
          words[c] = word(at + 2 + 4 * c);
        }
        words[8] = Float.floatToRawIntBits(floatOfHalf(at));
      }
      case Q6_K -> sixBits((block / 16) * 210, block % 16);
    }
  }

  /** Columns 2 × block and the next, which the last of an odd number lacks. */
  private int twoShorts(int block) {
    if (2 * block + 1 < tensor.columns()) {
      return word(4 * block);
    }
    return unit(4 * block);
  }

  /** Low nibbles are columns 0 … 15, high ones 16 … 31. */
  private void nibbles(int at) {
    for (int c = 0; c < 2; c++) {
      int first = word(at + 8 * c);
      int second = word(at + 8 * c + 4);
      words[c] = eightNibbles(first, second);
      words[c + 2] = eightNibbles(first >>> 4, second >>> 4);
    }
  }

  /** Packs the low nibbles of eight bytes: the first four below, the last four above. */
  private static int eightNibbles(int first, int second) {
    return (first & LOW_NIBBLES) | (second & LOW_NIBBLES) << 4;
  }

  /** Nibbles as in {@link #nibbles}, each with a fifth bit, less a bias. */
  private void fiveBits(int at, int high, int bias) {
    for (int c = 0; c < 8; c++) {
      int four = word(at + 4 * (c % 4)) >>> (c < 4 ? 0 : 4);
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
  private void superBlock(int at, int sub, boolean five) {
    float scale = floatOfHalf(at) * sixBitScale(at + 4, sub);
    float min = -(floatOfHalf(at + 2) * sixBitMin(at + 4, sub));
    int low = at + 16 + (five ? 32 : 0) + (sub / 2) * 32;
    int shift = 4 * (sub & 1);
    for (int c = 0; c < (five ? 8 : 4); c++) {
      if (five) {
        int four = word(low + 4 * c) >>> shift & 0x0f0f0f0f;
        int fifth = word(at + 16 + 4 * c) >>> sub & 0x01010101;
        words[c] = four | fifth << 4;
      } else {
        words[c] = eightNibbles(word(low + 8 * c) >>> shift, word(low + 8 * c + 4) >>> shift);
      }
    }
    words[five ? 8 : 4] = Float.floatToRawIntBits(scale);
    words[five ? 9 : 5] = Float.floatToRawIntBits(min);
  }

  private int sixBitScale(int at, int sub) {
    return sub < 4
        ? unsigned(at + sub) & 63
        : (unsigned(at + sub + 4) & 15) | (unsigned(at + sub - 4) >> 6) << 4;
  }

  private int sixBitMin(int at, int sub) {
    return sub < 4
        ? unsigned(at + sub + 4) & 63
        : unsigned(at + sub + 4) >> 4 | (unsigned(at + sub) >> 6) << 4;
  }

  /**
   * Q6_K: 256 columns as two halves of 128; four low bits, two high bits less 32, and a scale for
   * 16 columns.
   */
  private void sixBits(int at, int sixteenth) {
    int half = sixteenth / 8;
    int quarter = sixteenth % 8 / 2;
    int odd = sixteenth % 2;
    int low = at + 64 * half + 32 * (quarter & 1) + 16 * odd;
    int high = at + 128 + 32 * half + 16 * odd;
    for (int c = 0; c < 4; c++) {
      int four = word(low + 4 * c) >>> (quarter < 2 ? 0 : 4) & 0x0f0f0f0f;
      int two = word(high + 4 * c) >>> 2 * quarter & 0x03030303;
      // from 0 … 63 to −32 … 31 in every byte: flip bit 5, then fill bits 6 and 7 with it
      int quants = (four | two << 4) ^ 0x20202020;
      words[c] = quants | (quants & 0x20202020) << 1 | (quants & 0x20202020) << 2;
    }
    float scale = floatOfHalf(at + 208) * (byte) unsigned(at + 192 + sixteenth);
    words[4] = Float.floatToRawIntBits(scale);
  }

  /** Offsets are in bytes; those of words and units are even. */
  private int word(int at) {
    return unit(at) | unit(at + 2) << 16;
  }

  private int unit(int at) {
    return units[at >> 1] & 0xffff;
  }

  private int unsigned(int at) {
    return (units[at >> 1] >>> 8 * (at & 1)) & 0xff;
  }

  private float floatOfHalf(int at) {
    return Float.float16ToFloat((short) half(at));
  }

  private int half(int at) {
    int half = unit(at);
    requireFinite(half);
    return half;
  }

  private void requireFinite(int half) {
    if ((half & NON_FINITE_HALF) == NON_FINITE_HALF) {
      throw Repacker.notFinite(tensor, row);
    }
  }
}
