package updraft.model;

import java.lang.foreign.MemorySegment;

/**
 * Formats of 32 elements a block. In the nibble formats byte i holds element i in its low half and
 * element i + 16 in its high half; five-bit formats keep the fifth bits in one little-endian int.
 */
final class BlockCodecs {
  private static final int ELEMENTS = 32;
  private static final int HALF = ELEMENTS / 2;

  private BlockCodecs() {}

  /** Half step, 32 signed bytes: step × q. */
  static final class Q8_0 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      for (int i = 0; i < ELEMENTS; i++) {
        target[targetOffset + i] = step * (byte) BlockCodec.unsignedByte(source, at + 2 + i);
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float step = Math.abs(extreme(source, sourceOffset)) / 127;
      float inverse = BlockCodec.inverse(step);
      BlockCodec.putHalf(target, at, step);
      for (int i = 0; i < ELEMENTS; i++) {
        float level = source[sourceOffset + i] * inverse;
        BlockCodec.putByte(target, at + 2 + i, (int) (level + Math.copySign(0.5f, level)));
      }
    }
  }

  /** Half step, 16 bytes of nibbles: step × (q − 8). */
  static final class Q4_0 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      for (int i = 0; i < HALF; i++) {
        int pair = BlockCodec.unsignedByte(source, at + 2 + i);
        target[targetOffset + i] = step * ((pair & 15) - 8);
        target[targetOffset + i + HALF] = step * ((pair >> 4) - 8);
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float step = extreme(source, sourceOffset) / -8;
      float inverse = BlockCodec.inverse(step);
      BlockCodec.putHalf(target, at, step);
      for (int i = 0; i < HALF; i++) {
        int low = level(source[sourceOffset + i] * inverse + 8, 15);
        int high = level(source[sourceOffset + i + HALF] * inverse + 8, 15);
        BlockCodec.putByte(target, at + 2 + i, low | high << 4);
      }
    }
  }

  /** Half step, half minimum, 16 bytes of nibbles: step × q + minimum. */
  static final class Q4_1 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      float minimum = BlockCodec.half(source, at + 2);
      for (int i = 0; i < HALF; i++) {
        int pair = BlockCodec.unsignedByte(source, at + 4 + i);
        target[targetOffset + i] = step * (pair & 15) + minimum;
        target[targetOffset + i + HALF] = step * (pair >> 4) + minimum;
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float minimum = minimum(source, sourceOffset);
      float step = (maximum(source, sourceOffset) - minimum) / 15;
      float inverse = BlockCodec.inverse(step);
      BlockCodec.putHalf(target, at, step);
      BlockCodec.putHalf(target, at + 2, minimum);
      for (int i = 0; i < HALF; i++) {
        int low = level((source[sourceOffset + i] - minimum) * inverse, 15);
        int high = level((source[sourceOffset + i + HALF] - minimum) * inverse, 15);
        BlockCodec.putByte(target, at + 4 + i, low | high << 4);
      }
    }
  }

  /** Half step, int of fifth bits, 16 bytes of nibbles: step × (q − 16). */
  static final class Q5_0 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      int fifths = source.get(INT, at + 2);
      for (int i = 0; i < HALF; i++) {
        int pair = BlockCodec.unsignedByte(source, at + 6 + i);
        target[targetOffset + i] = step * (((pair & 15) | fifth(fifths, i)) - 16);
        target[targetOffset + i + HALF] = step * (((pair >> 4) | fifth(fifths, i + HALF)) - 16);
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float step = extreme(source, sourceOffset) / -16;
      float inverse = BlockCodec.inverse(step);
      BlockCodec.putHalf(target, at, step);
      int fifths = 0;
      for (int i = 0; i < HALF; i++) {
        int low = level(source[sourceOffset + i] * inverse + 16, 31);
        int high = level(source[sourceOffset + i + HALF] * inverse + 16, 31);
        BlockCodec.putByte(target, at + 6 + i, (low & 15) | (high & 15) << 4);
        fifths |= (low >> 4 << i) | (high >> 4 << (i + HALF));
      }
      target.set(INT, at + 2, fifths);
    }
  }

  /** Half step, half minimum, int of fifth bits, 16 bytes of nibbles: step × q + minimum. */
  static final class Q5_1 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      float step = BlockCodec.half(source, at);
      float minimum = BlockCodec.half(source, at + 2);
      int fifths = source.get(INT, at + 4);
      for (int i = 0; i < HALF; i++) {
        int pair = BlockCodec.unsignedByte(source, at + 8 + i);
        target[targetOffset + i] = step * ((pair & 15) | fifth(fifths, i)) + minimum;
        target[targetOffset + i + HALF] = step * ((pair >> 4) | fifth(fifths, i + HALF)) + minimum;
      }
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      float minimum = minimum(source, sourceOffset);
      float step = (maximum(source, sourceOffset) - minimum) / 31;
      float inverse = BlockCodec.inverse(step);
      BlockCodec.putHalf(target, at, step);
      BlockCodec.putHalf(target, at + 2, minimum);
      int fifths = 0;
      for (int i = 0; i < HALF; i++) {
        int low = level((source[sourceOffset + i] - minimum) * inverse, 31);
        int high = level((source[sourceOffset + i + HALF] - minimum) * inverse, 31);
        BlockCodec.putByte(target, at + 8 + i, (low & 15) | (high & 15) << 4);
        fifths |= (low >> 4 << i) | (high >> 4 << (i + HALF));
      }
      target.set(INT, at + 4, fifths);
    }
  }

  private static int fifth(int fifths, int element) {
    return ((fifths >>> element) & 1) << 4;
  }

  /** The nearest level in [0, highest]. */
  private static int level(float value, int highest) {
    return Math.clamp((int) (value + 0.5f), 0, highest);
  }

  /** The first element of the largest magnitude, with its sign. */
  private static float extreme(float[] values, int offset) {
    float extreme = 0;
    for (int i = offset; i < offset + ELEMENTS; i++) {
      extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
    }
    return extreme;
  }

  private static float minimum(float[] values, int offset) {
    float minimum = values[offset];
    for (int i = offset + 1; i < offset + ELEMENTS; i++) {
      minimum = Math.min(minimum, values[i]);
    }
    return minimum;
  }

  private static float maximum(float[] values, int offset) {
    float maximum = values[offset];
    for (int i = offset + 1; i < offset + ELEMENTS; i++) {
      maximum = Math.max(maximum, values[i]);
    }
    return maximum;
  }
}
