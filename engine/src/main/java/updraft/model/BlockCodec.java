package updraft.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One block of a quantised format, to floats and back. Block layouts and decoding arithmetic are
 * those of ggml, whose files these are. Stateless.
 */
interface BlockCodec {
  ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  void decode(MemorySegment source, long at, float[] target, int targetOffset);

  void encode(float[] source, int sourceOffset, MemorySegment target, long at);

  static float half(MemorySegment source, long at) {
    return Float.float16ToFloat(source.get(SHORT, at));
  }

  static void putHalf(MemorySegment target, long at, float value) {
    target.set(SHORT, at, Float.floatToFloat16(value));
  }

  static int unsignedByte(MemorySegment source, long at) {
    return source.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
  }

  static void putByte(MemorySegment target, long at, int value) {
    target.set(ValueLayout.JAVA_BYTE, at, (byte) value);
  }

  /** 1/x, and 0 for 0: a block of equal values has a step of 0. */
  static float inverse(float x) {
    return x == 0 ? 0 : 1 / x;
  }
}
