package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array of ints outside the heap. Not thread-safe. */
public final class IntArray extends TornadoNativeArray {

  private static final int BYTES = 4;

  /** An array of zeros. */
  public IntArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private IntArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static IntArray fromArray(int[] values) {
    IntArray array = new IntArray(values.length);
    MemorySegment.copy(values, 0, array.segment, ValueLayout.JAVA_INT, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static IntArray fromElements(int... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static IntArray fromSegment(MemorySegment segment) {
    IntArray array = new IntArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static IntArray fromSegmentShallow(MemorySegment segment) {
    return new IntArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static IntArray concat(IntArray... arrays) {
    IntArray all = new IntArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public IntArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public int[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_INT);
  }

  /** Writes one element. */
  public void set(int index, int value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_INT, ARRAY_HEADER + (long) index * BYTES, value);
  }

  /** Reads one element. */
  public int get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_INT, ARRAY_HEADER + (long) index * BYTES);
  }

  /** Fills with zeros. */
  public void clear() {
    init(0);
  }

  /** Fills with {@code value}. */
  public void init(int value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new IntArray(getSize());
  }
}
