package updraft.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a mapped file from front to back; every read is checked against the end of the file. */
final class GgufCursor {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;

  /** In [0, bytes.byteSize()]. */
  private long position;

  GgufCursor(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  long position() {
    return position;
  }

  long remaining() {
    return bytes.byteSize() - position;
  }

  int readByte(String what) {
    return bytes.get(ValueLayout.JAVA_BYTE, skip(1, what));
  }

  int readInt(String what) {
    return bytes.get(INT, skip(4, what));
  }

  /** A 64-bit integer; negative if the unsigned one exceeds a long. */
  long readLong(String what) {
    return bytes.get(LONG, skip(8, what));
  }

  /** A count of things that take at least this many bytes each and of which so many are allowed. */
  long readCount(String what, long limit, int leastBytesEach) {
    return readCount("", what, limit, leastBytesEach);
  }

  /** Joins the two parts of what is read in errors only: a vocabulary has 100,000 strings. */
  private long readCount(String kind, String of, long limit, int leastBytesEach) {
    long at = position;
    long count = readLong(of);
    if (count < 0 || count > limit) {
      throw error(
          kind + of + " must be in [0, " + limit + "]",
          at,
          "count=" + Long.toUnsignedString(count));
    }
    if (count > remaining() / leastBytesEach) {
      throw error(kind + of + " must fit in the file", at, "count=" + count + ", " + fileBytes());
    }
    return count;
  }

  String readString(String what, long limit) {
    int length = (int) readCount("length of ", what, limit, 1);
    byte[] text = new byte[length];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, skip(length, what), text, 0, length);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Steps over a string without reading it. */
  void skipString(String what, long limit) {
    skip(readCount("length of ", what, limit, 1), what);
  }

  /** Steps over bytes and returns where they begin. */
  long skip(long count, String what) {
    if (count > remaining()) {
      throw error(
          what + " must lie inside the file", position, "bytes=" + count + ", " + fileBytes());
    }
    long at = position;
    position += count;
    return at;
  }

  private String fileBytes() {
    return "file_bytes=" + bytes.byteSize();
  }

  GgufException error(String constraint, long offset, String details) {
    return new GgufException(constraint, file, "offset=" + offset + ", " + details);
  }
}
