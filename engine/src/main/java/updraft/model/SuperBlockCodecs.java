package updraft.model;

import java.lang.foreign.MemorySegment;

/**
 * The K formats: 256 elements a block, split into sub-blocks whose steps (and minimums) are
 * themselves quantised. Decoding is exact; encoding is plain rounding, without ggml's search for
 * better steps.
 */
final class SuperBlockCodecs {
  private static final int ELEMENTS = 256;
  private static final int SUB_BLOCK = 32;
  private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;

  /** Bytes of eight 6-bit steps and eight 6-bit minimums. */
  private static final int SCALE_BYTES = 12;

  private SuperBlockCodecs() {}

  /**
   * Q4_K and Q5_K: half step, half minimum, 12 bytes of 6-bit sub-block scales, [32 bytes of fifth
   * bits], 128 bytes of nibbles: step × s × q − minimum × m. Bytes 32k to 32k+31 of the nibbles
   * hold sub-block 2k in their low and 2k+1 in their high halves; bit j of fifth-bit byte i belongs
   * to element i of sub-block j.
   */
  static final class Q45K implements BlockCodec {
    private final boolean fiveBits;
    private final int nibblesAt;

    Q45K(boolean fiveBits) {
      this.fiveBits = fiveBits;
      nibblesAt = 4 + SCALE_BYTES + (fiveBits ? SUB_BLOCK : 0);
    }

    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      float minimum = BlockCodec.half(source, at + 2);
      for (int j = 0; j < SUB_BLOCKS; j++) {
        float subStep = step * subStep(source, at + 4, j);
        float subMinimum = minimum * subMinimum(source, at + 4, j);
        int out = targetOffset + j * SUB_BLOCK;
        for (int i = 0; i < SUB_BLOCK; i++) {
          target[out + i] = subStep * level(source, at, j, i) - subMinimum;
        }
      }
    }

    /** Where the byte of an element's nibble is, from the block's start. */
    private int nibbleAt(int subBlock, int i) {
      return nibblesAt + subBlock / 2 * SUB_BLOCK + i;
    }

    private static int nibbleShift(int subBlock) {
      return 4 * (subBlock & 1);
    }

    private int level(MemorySegment source, long at, int subBlock, int i) {
      int pair = BlockCodec.unsignedByte(source, at + nibbleAt(subBlock, i));
      int nibble = (pair >> nibbleShift(subBlock)) & 15;
      if (!fiveBits) {
        return nibble;
      }
      int fifths = BlockCodec.unsignedByte(source, at + 4 + SCALE_BYTES + i);
      return nibble | ((fifths >> subBlock) & 1) << 4;
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      int highest = fiveBits ? 31 : 15;
      float[] steps = new float[SUB_BLOCKS];
      float[] minimums = new float[SUB_BLOCKS]; // negated: how far below zero a sub-block reaches
      float largestStep = 0;
      float largestMinimum = 0;
      for (int j = 0; j < SUB_BLOCKS; j++) {
        float low = 0;
        float high = 0;
        for (int i = 0; i < SUB_BLOCK; i++) {
          float x = source[sourceOffset + j * SUB_BLOCK + i];
          low = Math.min(low, x);
          high = Math.max(high, x);
        }
        steps[j] = (high - low) / highest;
        minimums[j] = -low;
        largestStep = Math.max(largestStep, steps[j]);
        largestMinimum = Math.max(largestMinimum, minimums[j]);
      }
      target.asSlice(at, nibblesAt + ELEMENTS / 2).fill((byte) 0);
      BlockCodec.putHalf(target, at, largestStep / 63);
      BlockCodec.putHalf(target, at + 2, largestMinimum / 63);
      float step = BlockCodec.half(target, at);
      float minimum = BlockCodec.half(target, at + 2);
      for (int j = 0; j < SUB_BLOCKS; j++) {
        int subStep = sixBits(steps[j] * BlockCodec.inverse(step));
        int subMinimum = sixBits(minimums[j] * BlockCodec.inverse(minimum));
        putScales(target, at + 4, j, subStep, subMinimum);
        float inverse = BlockCodec.inverse(step * subStep);
        for (int i = 0; i < SUB_BLOCK; i++) {
          float x = source[sourceOffset + j * SUB_BLOCK + i] + minimum * subMinimum;
          putLevel(target, at, j, i, Math.clamp(Math.round(x * inverse), 0, highest));
        }
      }
    }

    private void putLevel(MemorySegment target, long at, int subBlock, int i, int level) {
      or(target, at + nibbleAt(subBlock, i), (level & 15) << nibbleShift(subBlock));
      if (fiveBits) {
        or(target, at + 4 + SCALE_BYTES + i, level >> 4 << subBlock);
      }
    }

    /**
     * Steps 0-3 are the low six bits of bytes 0-3; later ones have four bits in 8-11, two in 0-3.
     */
    private static int subStep(MemorySegment source, long at, int j) {
      return j < 4
          ? BlockCodec.unsignedByte(source, at + j) & 63
          : (BlockCodec.unsignedByte(source, at + j + 4) & 15)
              | BlockCodec.unsignedByte(source, at + j - 4) >> 6 << 4;
    }

    /** Minimums likewise, with bytes 4-7 for 0-3 and the upper halves of bytes 8-11. */
    private static int subMinimum(MemorySegment source, long at, int j) {
      return j < 4
          ? BlockCodec.unsignedByte(source, at + j + 4) & 63
          : BlockCodec.unsignedByte(source, at + j + 4) >> 4
              | BlockCodec.unsignedByte(source, at + j) >> 6 << 4;
    }

    private static void putScales(MemorySegment target, long at, int j, int step, int minimum) {
      if (j < 4) {
        or(target, at + j, step);
        or(target, at + j + 4, minimum);
      } else {
        or(target, at + j + 4, (step & 15) | (minimum & 15) << 4);
        or(target, at + j - 4, step >> 4 << 6);
        or(target, at + j, minimum >> 4 << 6);
      }
    }

    private static int sixBits(float value) {
      return Math.clamp(Math.round(value), 0, 63);
    }
  }

  /**
   * Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed bytes of sub-block
   * scales (16 elements each), half step: step × s × (q − 32). Elements run in two halves of 128,
   * each four runs of 32: run r of a half takes nibble byte 32 (r mod 2) + i, its low half for r <
   * 2, and bit pair r of upper byte i.
   */
  static final class Q6K implements BlockCodec {
    private static final int UPPER_AT = 128;
    private static final int SCALES_AT = 192;
    private static final int STEP_AT = 208;
    private static final int SUB_BLOCK = 16;

    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at + STEP_AT);
      for (int e = 0; e < ELEMENTS; e++) {
        int scale = (byte) BlockCodec.unsignedByte(source, at + SCALES_AT + e / SUB_BLOCK);
        int nibble = (BlockCodec.unsignedByte(source, at + nibbleAt(e)) >> nibbleShift(e)) & 15;
        int upper = (BlockCodec.unsignedByte(source, at + upperAt(e)) >> upperShift(e)) & 3;
        target[targetOffset + e] = step * scale * ((nibble | upper << 4) - 32);
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float[] steps = new float[ELEMENTS / SUB_BLOCK];
      float largest = 0;
      for (int j = 0; j < steps.length; j++) {
        float extreme = 0;
        for (int i = 0; i < SUB_BLOCK; i++) {
          float x = source[sourceOffset + j * SUB_BLOCK + i];
          extreme = Math.abs(x) > Math.abs(extreme) ? x : extreme;
        }
        steps[j] = extreme / -32;
        largest = Math.max(largest, Math.abs(steps[j]));
      }
      target.asSlice(at, STEP_AT + 2).fill((byte) 0);
      BlockCodec.putHalf(target, at + STEP_AT, largest / 127);
      float step = BlockCodec.half(target, at + STEP_AT);
      for (int e = 0; e < ELEMENTS; e++) {
        int j = e / SUB_BLOCK;
        int scale = Math.clamp(Math.round(steps[j] * BlockCodec.inverse(step)), -127, 127);
        BlockCodec.putByte(target, at + SCALES_AT + j, scale);
        float inverse = BlockCodec.inverse(step * scale);
        int level = Math.clamp(Math.round(source[sourceOffset + e] * inverse) + 32, 0, 63);
        or(target, at + nibbleAt(e), (level & 15) << nibbleShift(e));
        or(target, at + upperAt(e), level >> 4 << upperShift(e));
      }
    }

    private static int nibbleAt(int e) {
      return e / 128 * 64 + e % 64;
    }

    private static int nibbleShift(int e) {
      return e % 128 / 64 * 4;
    }

    private static int upperAt(int e) {
      return UPPER_AT + e / 128 * 32 + e % 32;
    }

    private static int upperShift(int e) {
      return e % 128 / 32 * 2;
    }
  }

  private static void or(MemorySegment target, long at, int bits) {
    BlockCodec.putByte(target, at, BlockCodec.unsignedByte(target, at) | bits);
  }
}
