package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A array of doubles outside the heap. Not thread-safe. */
public final class DoubleArray extends TornadoNativeArray {

  private static final int BYTES = 8;

  /** An array of zeros. */
  public DoubleArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private DoubleArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static DoubleArray fromArray(double[] values) {
    DoubleArray array = new DoubleArray(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_DOUBLE, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static DoubleArray fromElements(double... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static DoubleArray fromSegment(MemorySegment segment) {
    DoubleArray array = new DoubleArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static DoubleArray fromSegmentShallow(MemorySegment segment) {
    return new DoubleArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static DoubleArray concat(DoubleArray... arrays) {
    DoubleArray all = new DoubleArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public DoubleArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public double[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_DOUBLE);
  }

  /** Writes one element. */
  public void set(int index, double value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_DOUBLE, ARRAY_HEADER + (long) index * BYTES, value);
  }

  /** Reads one element. */
  public double get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_DOUBLE, ARRAY_HEADER + (long) index * BYTES);
  }

  /** Fills with zeros. */
  public void clear() {
    init(0.0);
  }

  /** Fills with {@code value}. */
  public void init(double value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new DoubleArray(getSize());
  }
}
