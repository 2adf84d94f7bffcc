package updraft.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Fields of a protobuf message one after the other, in a buffer that grows. Not thread-safe. */
final class ProtobufWriter {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private byte[] bytes;
  private ByteBuffer buffer;

  ProtobufWriter(int capacity) {
    bytes = new byte[capacity];
    buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void clear() {
    buffer.clear();
  }

  int size() {
    return buffer.position();
  }

  /** What was written, in the first {@link #size} bytes; until the next write. */
  byte[] array() {
    return bytes;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size());
  }

  void number(int field, long value) {
    tag(field, VARINT);
    varint(value);
  }

  void fixed64(int field, long value) {
    tag(field, FIXED64);
    room(8);
    buffer.putLong(value);
  }

  void fixed32(int field, int value) {
    tag(field, FIXED32);
    room(4);
    buffer.putInt(value);
  }

  /** Eight bytes, the most significant first, as ids are. */
  void id(int field, long value) {
    tag(field, BYTES);
    varint(8);
    room(8);
    buffer.putLong(Long.reverseBytes(value));
  }

  void id(int field, long high, long low) {
    tag(field, BYTES);
    varint(16);
    room(16);
    buffer.putLong(Long.reverseBytes(high));
    buffer.putLong(Long.reverseBytes(low));
  }

  void text(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  void message(int field, ProtobufWriter message) {
    bytes(field, message.array(), message.size());
  }

  void bytes(int field, byte[] value) {
    bytes(field, value, value.length);
  }

  void bytes(int field, byte[] value, int length) {
    begin(field, length);
    raw(value, length);
  }

  /** The head of a message of a known length, whose fields follow. */
  void begin(int field, int length) {
    tag(field, BYTES);
    varint(length);
  }

  /** Fields that were encoded before. */
  void raw(byte[] value, int length) {
    room(length);
    buffer.put(value, 0, length);
  }

  void real(int field, double value) {
    fixed64(field, Double.doubleToRawLongBits(value));
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  private void varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  /** Bytes that {@code value} takes. */
  static int varintSize(long value) {
    return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
  }

  private void room(int length) {
    if (buffer.remaining() < length) {
      int position = buffer.position();
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, position + length));
      buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(position);
    }
  }
}
