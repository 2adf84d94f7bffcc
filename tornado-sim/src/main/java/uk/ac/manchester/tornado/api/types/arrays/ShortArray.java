package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A array of shorts outside the heap. Not thread-safe. */
public final class ShortArray extends TornadoNativeArray {

  private static final int BYTES = 2;

  /** An array of zeros. */
  public ShortArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private ShortArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static ShortArray fromArray(short[] values) {
    ShortArray array = new ShortArray(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_SHORT, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static ShortArray fromElements(short... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static ShortArray fromSegment(MemorySegment segment) {
    ShortArray array = new ShortArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static ShortArray fromSegmentShallow(MemorySegment segment) {
    return new ShortArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static ShortArray concat(ShortArray... arrays) {
    ShortArray all = new ShortArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public ShortArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public short[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_SHORT);
  }

  /** Writes one element. */
  public void set(int index, short value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_SHORT, ARRAY_HEADER + (long) index * BYTES, value);
  }

  /** Reads one element. */
  public short get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_SHORT, ARRAY_HEADER + (long) index * BYTES);
  }

  /** Fills with zeros. */
  public void clear() {
    init((short) 0);
  }

  /** Fills with {@code value}. */
  public void init(short value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new ShortArray(getSize());
  }
}
