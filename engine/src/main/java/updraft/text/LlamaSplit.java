package updraft.text;

/**
 * Llama 3's words, and Qwen2's: {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|
 * \p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
 *
 * @param digits the longest word of number characters
 */
record LlamaSplit(int digits) implements PreTokenizer {

  @Override
  public int next(String text, int from, int end) {
    int contraction = PreTokenizer.contraction(text, from, end, true);
    if (contraction > 0) {
      return from + contraction;
    }
    int first = text.codePointAt(from);
    int firstClass = CharClass.of(first);
    if (firstClass == CharClass.NUMBER) {
      return numbers(text, from, end);
    }
    int second = from + Character.charCount(first);
    boolean lineBreak = first == '\r' || first == '\n';
    if (firstClass == CharClass.LETTER
        || (!lineBreak && CharClass.at(text, second, end) == CharClass.LETTER)) {
      return PreTokenizer.run(text, second, end, CharClass.LETTER);
    }
    int start = first == ' ' ? second : from;
    if (CharClass.at(text, start, end) == CharClass.OTHER) {
      return lineBreaks(text, PreTokenizer.run(text, start, end, CharClass.OTHER), end);
    }
    return blanks(text, from, end);
  }

  private int numbers(String text, int from, int end) {
    int at = from;
    for (int n = 0; n < digits && CharClass.at(text, at, end) == CharClass.NUMBER; n++) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  private static int blanks(String text, int from, int end) {
    int spaces = PreTokenizer.run(text, from, end, CharClass.SPACE);
    for (int at = spaces; at > from; at--) {
      if (isLineBreak(text.charAt(at - 1))) {
        return at;
      }
    }
    // the last blank goes to the word that follows it
    return spaces - from > 1 && spaces < end ? spaces - 1 : spaces;
  }

  private static int lineBreaks(String text, int from, int end) {
    int at = from;
    while (at < end && isLineBreak(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isLineBreak(char c) {
    return c == '\r' || c == '\n';
  }
}
