package updraft.text.jinja;

/** Whitespace as Python sees it: with no-break spaces and the separators U+001C to U+001F. */
final class Blank {
  private Blank() {}

  static boolean is(char c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1C && c <= 0x1F)
        || c == 0x85
        || (c >= 0xA0 && Character.isSpaceChar(c));
  }

  static boolean isBlank(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!is(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String stripStart(String text) {
    int from = 0;
    while (from < text.length() && is(text.charAt(from))) {
      from++;
    }
    return text.substring(from);
  }

  static String stripEnd(String text) {
    int to = text.length();
    while (to > 0 && is(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(0, to);
  }
}
