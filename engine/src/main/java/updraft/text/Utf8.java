package updraft.text;

/** UTF-8 of a part of a text, into a buffer that is used again; lone surrogates become U+FFFD. */
final class Utf8 {
  private Utf8() {}

  /** A buffer that holds the UTF-8 of so many chars, whatever they are: the given one if it can. */
  static byte[] reserve(byte[] buffer, int chars) {
    return buffer.length >= 3L * chars
        ? buffer
        : new byte[(int) Math.min(Integer.MAX_VALUE - 8, 4L * chars)];
  }

  /** Writes the part of a text from the start of a buffer; returns the number of bytes. */
  static int encode(String text, int from, int end, byte[] buffer) {
    int length = 0;
    int at = from;
    while (at < end) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      length = put(c, buffer, length);
    }
    return length;
  }

  /** Writes one character at an index of a buffer; returns the index after it. */
  static int put(int codePoint, byte[] buffer, int index) {
    int at = index;
    int c = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
    if (c < 0x80) {
      buffer[at++] = (byte) c;
    } else if (c < 0x800) {
      buffer[at++] = (byte) (0xC0 | (c >> 6));
      buffer[at++] = (byte) (0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      buffer[at++] = (byte) (0xE0 | (c >> 12));
      buffer[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      buffer[at++] = (byte) (0x80 | (c & 0x3F));
    } else {
      buffer[at++] = (byte) (0xF0 | (c >> 18));
      buffer[at++] = (byte) (0x80 | ((c >> 12) & 0x3F));
      buffer[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      buffer[at++] = (byte) (0x80 | (c & 0x3F));
    }
    return at;
  }
}
