package updraft.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** 64-bit integers, exact up to 2^24: token ids. */
final class IntegerCodec implements BlockCodec {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public void decode(MemorySegment source, long at, float[] target, int targetOffset) {
    target[targetOffset] = source.get(LONG, at);
  }

  @Override
  public void encode(float[] source, int sourceOffset, MemorySegment target, long at) {
    target.set(LONG, at, (long) source[sourceOffset]);
  }

  static long at(GgufTensor tensor, long index) {
    return tensor.data().get(LONG, 8 * index);
  }
}
