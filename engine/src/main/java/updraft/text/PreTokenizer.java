package updraft.text;

/**
 * Cuts a text into the words within which byte-pair merges happen. Linear in the text.
 *
 * <p>The rules are the regular expressions of the models' own tokenizers, scanned by hand so that
 * no input makes them backtrack.
 */
interface PreTokenizer {

  /**
   * Where the word that starts at {@code from} ends.
   *
   * @param end where the text ends, more than {@code from}
   */
  int next(String text, int from, int end);

  /** The end of the run of one class of characters that starts at {@code from}. */
  static int run(String text, int from, int end, int charClass) {
    int at = from;
    while (CharClass.at(text, at, end) == charClass) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  /** The length of an English contraction ({@code 's 't 'm 'd 're 've 'll}) at an index, or 0. */
  static int contraction(String text, int from, int end, boolean anyCase) {
    if (text.charAt(from) != '\'' || from + 1 >= end) {
      return 0;
    }
    char first = letter(text.charAt(from + 1), anyCase);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    if (from + 2 >= end) {
      return 0;
    }
    char second = letter(text.charAt(from + 2), anyCase);
    boolean matches =
        (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
    return matches ? 3 : 0;
  }

  private static char letter(char c, boolean anyCase) {
    return anyCase && c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
