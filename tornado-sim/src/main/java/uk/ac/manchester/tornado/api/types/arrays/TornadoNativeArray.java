package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import updraft.sim.ArrayAccess;
import updraft.sim.Watch;

/**
 * An array outside the heap behind a header of 16 bytes that begins with the number of elements.
 * Unlike on a device, an index out of bounds is always an exception.
 */
public abstract class TornadoNativeArray {

  /** Bytes of the header. */
  public static final long ARRAY_HEADER = Long.getLong("tornado.panama.objectHeader", 16);

  static {
    ArrayAccess.register(new SimulatorAccess());
  }

  final MemorySegment segment;
  private final int size;
  private final int elementSize;

  /** Who looks at every access; null for arrays of the host and without checks. */
  private Watch watch;

  TornadoNativeArray(int size, int elementSize) {
    this(Arena.ofAuto().allocate(ARRAY_HEADER + (long) size * elementSize, 16), elementSize);
  }

  TornadoNativeArray(MemorySegment withHeader, int elementSize) {
    this.size = elements(withHeader.byteSize() - ARRAY_HEADER, elementSize);
    this.elementSize = elementSize;
    this.segment = withHeader;
    segment.set(ValueLayout.JAVA_INT, 0, size);
  }

  /** Number of elements. */
  public int getSize() {
    return size;
  }

  /** The elements. */
  public MemorySegment getSegment() {
    return segment.asSlice(ARRAY_HEADER);
  }

  /** Header and elements. */
  public MemorySegment getSegmentWithHeader() {
    return segment;
  }

  /** Bytes of header and elements. */
  public long getNumBytesOfSegmentWithHeader() {
    return segment.byteSize();
  }

  /** Bytes of the elements. */
  public long getNumBytesOfSegment() {
    return segment.byteSize() - ARRAY_HEADER;
  }

  /** Bytes of an element. */
  public int getElementSize() {
    return elementSize;
  }

  abstract TornadoNativeArray emptyCopy();

  static int elements(long bytes, int elementSize) {
    if (bytes % elementSize != 0) {
      throw new IllegalArgumentException(
          "segment must hold whole elements: bytes="
              + bytes
              + ", bytes of an element="
              + elementSize);
    }
    return Math.toIntExact(bytes / elementSize);
  }

  static int sizeOf(TornadoNativeArray... arrays) {
    int all = 0;
    for (TornadoNativeArray array : arrays) {
      all = Math.addExact(all, array.getSize());
    }
    return all;
  }

  final void copyInto(TornadoNativeArray... parts) {
    long offset = ARRAY_HEADER;
    for (TornadoNativeArray part : parts) {
      long bytes = part.getNumBytesOfSegment();
      MemorySegment.copy(part.segment, ARRAY_HEADER, segment, offset, bytes);
      offset += bytes;
    }
  }

  final MemorySegment part(int offset, int length) {
    if (offset < 0 || length < 0 || length > size - offset) {
      throw new IllegalArgumentException(
          "slice must lie inside the array: offset="
              + offset
              + ", length="
              + length
              + ", size="
              + size);
    }
    return segment.asSlice(ARRAY_HEADER + (long) offset * elementSize, (long) length * elementSize);
  }

  final void checkRead(int index) {
    Watch watching = watch;
    if (watching != null) {
      watching.read(index);
    } else if (Integer.compareUnsigned(index, size) >= 0) {
      throw outOfBounds(index);
    }
  }

  final void checkWrite(int index) {
    Watch watching = watch;
    if (watching != null) {
      watching.write(index);
    } else if (Integer.compareUnsigned(index, size) >= 0) {
      throw outOfBounds(index);
    }
  }

  private IndexOutOfBoundsException outOfBounds(int index) {
    return new IndexOutOfBoundsException(
        "index must be in [0, size): index=" + index + ", size=" + size);
  }

  private static final class SimulatorAccess extends ArrayAccess {
    @Override
    protected TornadoNativeArray emptyCopy(TornadoNativeArray array) {
      return array.emptyCopy();
    }

    @Override
    protected void watch(TornadoNativeArray array, Watch watch) {
      array.watch = watch;
    }
  }
}
