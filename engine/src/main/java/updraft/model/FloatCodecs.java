package updraft.model;

import java.lang.foreign.MemorySegment;

/** Formats of one element a block. */
final class FloatCodecs {
  private FloatCodecs() {}

  static final class F32 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      target[targetOffset] = source.get(FLOAT, at);
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      target.set(FLOAT, at, source[sourceOffset]);
    }
  }

  static final class F16 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      target[targetOffset] = BlockCodec.half(source, at);
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      BlockCodec.putHalf(target, at, source[sourceOffset]);
    }
  }

  /** The upper half of a float32. */
  static final class BF16 implements BlockCodec {
    @Override
    public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
      target[targetOffset] = Float.intBitsToFloat(source.get(SHORT, at) << 16);
    }

    @Override
    public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
      int bits = Float.floatToIntBits(source[sourceOffset]);
      if (!Float.isNaN(source[sourceOffset])) {
        bits += 0x7FFF + ((bits >>> 16) & 1); // to nearest, ties to even
      }
      target.set(SHORT, at, (short) (bits >>> 16));
    }
  }
}
