package updraft.text;

import java.nio.charset.StandardCharsets;

/**
 * Decodes UTF-8 that arrives in pieces, never emitting half a character: an incomplete tail waits
 * for the next piece. Malformed bytes become U+FFFD, as many as {@link String} makes of the whole.
 * Allocates the strings that it returns and nothing else in steady state. Not thread-safe.
 */
public final class Utf8Stream {
  /** The longest start of a character that has not ended. */
  private static final int MAX_TAIL = 3;

  /** The tail of what was appended before, and room for the piece that follows it. */
  private byte[] buffer = new byte[64];

  /** How many bytes wait at the start of the buffer; at most {@link #MAX_TAIL}. */
  private int waiting;

  /** The characters that these bytes complete; may be empty. */
  public String append(byte[] bytes) {
    if (bytes.length == 0) {
      return "";
    }
    if (waiting == 0) {
      return decode(bytes, bytes.length);
    }
    int length = waiting + bytes.length;
    if (length > buffer.length) {
      byte[] larger = new byte[2 * length];
      System.arraycopy(buffer, 0, larger, 0, waiting);
      buffer = larger;
    }
    System.arraycopy(bytes, 0, buffer, waiting, bytes.length);
    return decode(buffer, length);
  }

  /** What is left when nothing follows: U+FFFD for an incomplete character, else nothing. */
  public String finish() {
    String rest = new String(buffer, 0, waiting, StandardCharsets.UTF_8);
    waiting = 0;
    return rest;
  }

  private String decode(byte[] bytes, int length) {
    int whole = length - tail(bytes, length);
    waiting = length - whole;
    String text = whole == 0 ? "" : new String(bytes, 0, whole, StandardCharsets.UTF_8);
    System.arraycopy(bytes, whole, buffer, 0, waiting);
    return text;
  }

  /** How many bytes at the end may be the start of a character, well-formed or not. */
  private static int tail(byte[] bytes, int length) {
    for (int size = 1; size <= MAX_TAIL && size <= length; size++) {
      int b = bytes[length - size] & 0xFF;
      if (b < 0x80) {
        return 0;
      }
      if (b >= 0xC0) {
        return characterBytes(b) > size ? size : 0;
      }
    }
    return 0;
  }

  /** How many bytes a character has that begins with this one; 1 if none begins with it. */
  private static int characterBytes(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return 1;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
}
