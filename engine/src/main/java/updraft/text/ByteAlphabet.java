package updraft.text;

import java.util.Arrays;

/**
 * GPT-2's alphabet: a printable character for each byte, in which byte-level vocabularies spell
 * their tokens (a space is {@code Ġ}).
 */
final class ByteAlphabet {
  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[512];

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xFF && b != 0xAD);
      CHARS[b] = printable ? (char) b : next++;
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The character that stands for a byte (0 to 255). */
  static char charOf(int b) {
    return CHARS[b];
  }

  /** Whether a spelling uses this alphabet alone, as added tokens need not. */
  static boolean spells(String spelling) {
    for (int i = 0; i < spelling.length(); i++) {
      char c = spelling.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return false;
      }
    }
    return true;
  }

  /** The bytes that a spelling in this alphabet stands for. */
  static byte[] bytes(String spelling) {
    byte[] bytes = new byte[spelling.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) BYTES[spelling.charAt(i)];
    }
    return bytes;
  }
}
