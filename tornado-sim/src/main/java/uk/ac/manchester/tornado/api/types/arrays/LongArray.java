package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A array of longs outside the heap. Not thread-safe. */
public final class LongArray extends TornadoNativeArray {

  private static final int BYTES = 8;

  /** An array of zeros. */
  public LongArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private LongArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static LongArray fromArray(long[] values) {
    LongArray array = new LongArray(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_LONG, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static LongArray fromElements(long... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static LongArray fromSegment(MemorySegment segment) {
    LongArray array = new LongArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static LongArray fromSegmentShallow(MemorySegment segment) {
    return new LongArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static LongArray concat(LongArray... arrays) {
    LongArray all = new LongArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public LongArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public long[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_LONG);
  }

  /** Writes one element. */
  public void set(int index, long value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_LONG, ARRAY_HEADER + (long) index * BYTES, value);
  }

  /** Reads one element. */
  public long get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_LONG, ARRAY_HEADER + (long) index * BYTES);
  }

  /** Fills with zeros. */
  public void clear() {
    init(0L);
  }

  /** Fills with {@code value}. */
  public void init(long value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new LongArray(getSize());
  }
}
