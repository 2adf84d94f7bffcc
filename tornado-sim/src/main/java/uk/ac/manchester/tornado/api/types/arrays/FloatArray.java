package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A array of floats outside the heap. Not thread-safe. */
public final class FloatArray extends TornadoNativeArray {

  private static final int BYTES = 4;

  /** An array of zeros. */
  public FloatArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private FloatArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static FloatArray fromArray(float[] values) {
    FloatArray array = new FloatArray(values.length);
    MemorySegment.copy(
        values, 0, array.segment, ValueLayout.JAVA_FLOAT, ARRAY_HEADER, values.length);
    return array;
  }

  /** A copy of {@code values}. */
  public static FloatArray fromElements(float... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static FloatArray fromSegment(MemorySegment segment) {
    FloatArray array = new FloatArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static FloatArray fromSegmentShallow(MemorySegment segment) {
    return new FloatArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static FloatArray concat(FloatArray... arrays) {
    FloatArray all = new FloatArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public FloatArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public float[] toHeapArray() {
    return getSegment().toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Writes one element. */
  public void set(int index, float value) {
    checkWrite(index);
    segment.set(ValueLayout.JAVA_FLOAT, ARRAY_HEADER + (long) index * BYTES, value);
  }

  /** Reads one element. */
  public float get(int index) {
    checkRead(index);
    return segment.get(ValueLayout.JAVA_FLOAT, ARRAY_HEADER + (long) index * BYTES);
  }

  /** Fills with zeros. */
  public void clear() {
    init(0f);
  }

  /** Fills with {@code value}. */
  public void init(float value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new FloatArray(getSize());
  }
}
