package updraft.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Where a metadata value lies. Decoded on demand, so that opening a file costs no memory in
 * proportion to what it claims; the parser has checked that the whole value is inside the file.
 *
 * @param type of the value, or of the elements if it is an array
 * @param array whether this is an array
 * @param count elements; 1 unless an array
 * @param offset of the first element
 * @param end after the last element
 */
record GgufEntry(GgufValueType type, boolean array, int count, long offset, long end) {

  /** Elements of a fixed size are found directly. */
  long offsetOf(int index) {
    return offset + (long) index * type.bytes();
  }

  String string(MemorySegment bytes) {
    byte[] text = new byte[(int) bytes.get(GgufCursor.LONG, offset)];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset + 8, text, 0, text.length);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Decodes from an array: a vocabulary is read before C2 has compiled anything. */
  String[] strings(MemorySegment bytes) {
    byte[] all = bytes.asSlice(offset, end - offset).toArray(ValueLayout.JAVA_BYTE);
    String[] strings = new String[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      int length = 0; // of 64 bits, of which the parser allows fewer than 32 to be used
      for (int b = 3; b >= 0; b--) {
        length = length << 8 | (all[at + b] & 0xFF);
      }
      strings[i] = new String(all, at + 8, length, StandardCharsets.UTF_8);
      at += 8 + length;
    }
    return strings;
  }

  boolean bool(MemorySegment bytes) {
    return bytes.get(ValueLayout.JAVA_BYTE, offset) != 0;
  }

  /** An integer element; a UINT64 beyond a long comes out negative. */
  long integer(MemorySegment bytes, int index) {
    long at = offsetOf(index);
    return switch (type) {
      case UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
      case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
      case UINT16 -> bytes.get(BlockCodec.SHORT, at) & 0xFFFF;
      case INT16 -> bytes.get(BlockCodec.SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(bytes.get(BlockCodec.INT, at));
      case INT32 -> bytes.get(BlockCodec.INT, at);
      case UINT64, INT64 -> bytes.get(GgufCursor.LONG, at);
      default -> throw new IllegalStateException("not an integer: type=" + type);
    };
  }

  /** A floating-point element. */
  double real(MemorySegment bytes, int index) {
    long at = offsetOf(index);
    return type == GgufValueType.FLOAT32
        ? bytes.get(BlockCodec.FLOAT, at)
        : Double.longBitsToDouble(bytes.get(GgufCursor.LONG, at));
  }

  /** The value for people: scalars and strings as they are, arrays by type and size. */
  String display(MemorySegment bytes) {
    if (array) {
      return type + "[" + count + "]";
    }
    return switch (type) {
      case STRING -> string(bytes);
      case BOOL -> Boolean.toString(bool(bytes));
      case FLOAT32 -> Float.toString((float) real(bytes, 0));
      case FLOAT64 -> Double.toString(real(bytes, 0));
      case UINT64 -> Long.toUnsignedString(integer(bytes, 0));
      default -> Long.toString(integer(bytes, 0));
    };
  }
}
