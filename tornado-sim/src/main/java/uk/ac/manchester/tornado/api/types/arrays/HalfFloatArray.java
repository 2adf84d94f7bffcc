package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** An array of IEEE binary16 numbers outside the heap. Not thread-safe. */
public final class HalfFloatArray extends TornadoNativeArray {

  private static final int BYTES = 2;

  /** An array of zeros. */
  public HalfFloatArray(int numberOfElements) {
    super(numberOfElements, BYTES);
  }

  private HalfFloatArray(MemorySegment withHeader) {
    super(withHeader, BYTES);
  }

  /** A copy of {@code values}. */
  public static HalfFloatArray fromArray(HalfFloat[] values) {
    HalfFloatArray array = new HalfFloatArray(values.length);
    for (int index = 0; index < values.length; index++) {
      array.set(index, values[index]);
    }
    return array;
  }

  /** A copy of {@code values}. */
  public static HalfFloatArray fromElements(HalfFloat... values) {
    return fromArray(values);
  }

  /** A copy of a segment that has no header. */
  public static HalfFloatArray fromSegment(MemorySegment segment) {
    HalfFloatArray array = new HalfFloatArray(elements(segment.byteSize(), BYTES));
    MemorySegment.copy(segment, 0, array.segment, ARRAY_HEADER, segment.byteSize());
    return array;
  }

  /** Shares a segment that begins with a header of 16 bytes; the header is written. */
  public static HalfFloatArray fromSegmentShallow(MemorySegment segment) {
    return new HalfFloatArray(segment);
  }

  /** The arrays one after the other, copied. */
  public static HalfFloatArray concat(HalfFloatArray... arrays) {
    HalfFloatArray all = new HalfFloatArray(sizeOf(arrays));
    all.copyInto(arrays);
    return all;
  }

  /** A copy of {@code length} elements from {@code offset} on. */
  public HalfFloatArray slice(int offset, int length) {
    return fromSegment(part(offset, length));
  }

  /** A copy on the heap. */
  public HalfFloat[] toHeapArray() {
    HalfFloat[] values = new HalfFloat[getSize()];
    for (int index = 0; index < values.length; index++) {
      values[index] = get(index);
    }
    return values;
  }

  /** The bits, copied to the heap. */
  public short[] toShortArray() {
    return getSegment().toArray(ValueLayout.JAVA_SHORT);
  }

  /** Writes one element. */
  public void set(int index, HalfFloat value) {
    checkWrite(index);
    segment.set(
        ValueLayout.JAVA_SHORT, ARRAY_HEADER + (long) index * BYTES, value.getHalfFloatValue());
  }

  /** Reads one element. */
  public HalfFloat get(int index) {
    checkRead(index);
    return new HalfFloat(segment.get(ValueLayout.JAVA_SHORT, ARRAY_HEADER + (long) index * BYTES));
  }

  /** Fills with zeros. */
  public void clear() {
    init(new HalfFloat((short) 0));
  }

  /** Fills with {@code value}. */
  public void init(HalfFloat value) {
    for (int index = 0; index < getSize(); index++) {
      set(index, value);
    }
  }

  @Override
  TornadoNativeArray emptyCopy() {
    return new HalfFloatArray(getSize());
  }
}
