package updraft.text;

/**
 * Text to token ids and back, for one vocabulary. Immutable and thread-safe.
 *
 * <p>Special tokens in a text are recognised only when asked for: text that comes from a user must
 * not be able to forge a turn boundary.
 */
public interface Tokenizer {

  int vocabularySize();

  /**
   * Token ids of a text, without a beginning-of-sequence token.
   *
   * @param parseSpecial whether the spelling of a control token becomes that token
   */
  int[] encode(String text, boolean parseSpecial);

  /**
   * The bytes that a token stands for; empty for control tokens.
   *
   * @throws IndexOutOfBoundsException if there is no such token
   */
  byte[] bytes(int token);

  /** The vocabulary's own spelling of a token, e.g. {@code <|im_end|>} or {@code Ġthe}. */
  String piece(int token);

  /** Whether a token marks structure (control) rather than standing for text. */
  boolean isControl(int token);

  /** Whether generation ends with this token. */
  boolean isEndOfGeneration(int token);

  /** The beginning-of-sequence token, or -1 when the vocabulary has none. */
  int bosToken();

  /** The end-of-sequence token, or -1. */
  int eosToken();

  /** Whether this model's prompts begin with the beginning-of-sequence token. */
  boolean addsBos();

  /** Token ids of a prompt: those of a text, after the beginning-of-sequence token if wanted. */
  default int[] encodePrompt(String text, boolean parseSpecial) {
    return withBos(encode(text, parseSpecial));
  }

  /** Puts the beginning-of-sequence token in front if this model's prompts begin with it. */
  default int[] withBos(int... tokens) {
    if (!addsBos() || (tokens.length > 0 && tokens[0] == bosToken())) {
      return tokens;
    }
    int[] prompt = new int[tokens.length + 1];
    prompt[0] = bosToken();
    System.arraycopy(tokens, 0, prompt, 1, tokens.length);
    return prompt;
  }

  /** The text of some tokens, control tokens left out, malformed UTF-8 shown as U+FFFD. */
  default String decode(int... tokens) {
    Utf8Stream stream = new Utf8Stream();
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(stream.append(bytes(token)));
    }
    return text.append(stream.finish()).toString();
  }
}
