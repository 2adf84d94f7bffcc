package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A array of bytes outside the heap. Not thread-safe. */
public final class ByteArray extends TornadoNativeArray {

  private static final int BYTES = 1;

  /** An array of zeros. */
  public ByteArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private ByteArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static ByteArray fromArray(byte[] values) {
    ByteArray array = new ByteArray(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_BYTE, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static ByteArray fromElements(byte... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static ByteArray fromSegment(MemorySegment segment) {
    ByteArray array = new ByteArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static ByteArray fromSegmentShallow(MemorySegment segment) {
    return new ByteArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static ByteArray concat(ByteArray... arrays) {
    ByteArray all = new ByteArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public ByteArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public byte[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_BYTE);
  }

  /** Writes one element. */
  public void set(int index, byte value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_BYTE, ARRAY_HEADER + index, value);
  }

  /** Reads one element. */
  public byte get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_BYTE, ARRAY_HEADER + index);
  }

  /** Fills with zeros. */
  public void clear() {
    init((byte) 0);
  }

  /** Fills with {@code value}. */
  public void init(byte value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new ByteArray(getSize());
  }
}
