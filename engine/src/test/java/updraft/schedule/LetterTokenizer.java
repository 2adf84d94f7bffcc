package updraft.schedule;

import java.nio.charset.StandardCharsets;
import updraft.text.Tokenizer;

/**
 * Tokens 0 … 25 are letters, 26 and 27 the two halves of é, the last one ends the answer, the rest
 * are numbers in brackets.
 */
record LetterTokenizer(int vocabularySize) implements Tokenizer {
  private static final byte[] ACCENT = "é".getBytes(StandardCharsets.UTF_8);

  @Override
  public int[] encode(String text, boolean parseSpecial) {
    return text.chars().map(c -> c - 'a').toArray();
  }

  @Override
  public byte[] bytes(int token) {
    if (token == 26 || token == 27) {
      return new byte[] {ACCENT[token - 26]};
    }
    return isControl(token) ? new byte[0] : piece(token).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String piece(int token) {
    return token < 26 ? Character.toString('a' + token) : "[" + token + "]";
  }

  @Override
  public boolean isControl(int token) {
    return token == eosToken();
  }

  @Override
  public boolean isEndOfGeneration(int token) {
    return token == eosToken();
  }

  @Override
  public int bosToken() {
    return -1;
  }

  @Override
  public int eosToken() {
    return vocabularySize - 1;
  }

  @Override
  public boolean addsBos() {
    return false;
  }
}
