package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array of bytes outside the heap. Not thread-safe. */
public final class Int8Array extends TornadoNativeArray {

  private static final int BYTES = 1;

  /** An array of zeros. */
  public Int8Array(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private Int8Array(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static Int8Array fromArray(byte[] values) {
    Int8Array array = new Int8Array(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_BYTE, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static Int8Array fromElements(byte... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static Int8Array fromSegment(MemorySegment segment) {
    Int8Array array = new Int8Array(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static Int8Array fromSegmentShallow(MemorySegment segment) {
    return new Int8Array(segment);
  }

  /** The arrays one after the other, copied. */
  public static Int8Array concat(Int8Array... arrays) {
    Int8Array all = new Int8Array(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public Int8Array slice(int offset, int length) {
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
    return new Int8Array(getSize());
  }
}
