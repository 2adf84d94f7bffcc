package updraft.text;

/**
 * GPT-2's words: {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+|
 * ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}.
 *
 * @param digitsAlone whether each number character is first cut out as a word of its own, as SmolLM
 *     and StarCoder do; what lies between numbers is then a text of its own to the expression
 */
record GptSplit(boolean digitsAlone) implements PreTokenizer {

  @Override
  public int next(String text, int from, int end) {
    int first = text.codePointAt(from);
    if (digitsAlone && CharClass.of(first) == CharClass.NUMBER) {
      return from + Character.charCount(first);
    }
    int contraction = PreTokenizer.contraction(text, from, end, false);
    if (contraction > 0) {
      return from + contraction;
    }
    int start = first == ' ' ? from + 1 : from;
    int wordClass = classAt(text, start, end);
    if (wordClass != CharClass.END && wordClass != CharClass.SPACE) {
      return PreTokenizer.run(text, start, end, wordClass);
    }
    int spaces = PreTokenizer.run(text, from, end, CharClass.SPACE);
    // the last blank goes to the word that follows it
    return spaces - from > 1 && classAt(text, spaces, end) != CharClass.END ? spaces - 1 : spaces;
  }

  private int classAt(String text, int index, int end) {
    int charClass = CharClass.at(text, index, end);
    return digitsAlone && charClass == CharClass.NUMBER ? CharClass.END : charClass;
  }
}
