package updraft.text;

/**
 * The classes of characters that pre-tokenizers tell apart: {@code \p{L}}, {@code \p{N}}, {@code
 * \s} (Unicode's White_Space) and the rest. Letters and numbers are those of the running JDK's
 * Unicode version.
 */
final class CharClass {
  /** No character: the end of the text. */
  static final int END = 0;

  static final int LETTER = 1;
  static final int NUMBER = 2;
  static final int SPACE = 3;
  static final int OTHER = 4;

  private static final byte[] ASCII = new byte[128];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = (byte) classify(c);
    }
  }

  private CharClass() {}

  static int of(int codePoint) {
    return codePoint < ASCII.length ? ASCII[codePoint] : classify(codePoint);
  }

  /** The class of the character at an index, {@link #END} at or past the end. */
  static int at(String text, int index, int end) {
    if (index >= end) {
      return END;
    }
    char c = text.charAt(index);
    return c < ASCII.length ? ASCII[c] : classify(text.codePointAt(index));
  }

  private static int classify(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85 ? SPACE : OTHER;
    };
  }
}
