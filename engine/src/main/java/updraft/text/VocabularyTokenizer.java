package updraft.text;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What the tokenizers share: the facts of each token, and special tokens taken out of a text. */
abstract class VocabularyTokenizer implements Tokenizer {
  private static final byte[] NO_BYTES = {};
  private static final Pattern BYTE_SPELLING = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private final String[] pieces;
  private final byte[][] bytes;
  private final BitSet control = new BitSet();
  private final BitSet endOfGeneration = new BitSet();
  private final int bos;
  private final int eos;
  private final boolean addsBos;
  private final SpecialTokens userDefined;
  private final SpecialTokens special;

  /**
   * @param textOf the bytes that an ordinary token's spelling stands for
   * @param addsBos whether prompts begin with a beginning-of-sequence token if the file is silent
   */
  VocabularyTokenizer(
      Vocabulary vocabulary,
      Function<String, byte[]> textOf,
      int defaultBos,
      int defaultEos,
      boolean addsBos) {
    bos = vocabulary.token("bos_token_id", defaultBos);
    eos = vocabulary.token("eos_token_id", defaultEos);
    this.addsBos = vocabulary.flag("add_bos_token", addsBos);
    if (this.addsBos && bos < 0) {
      throw vocabulary.refuse(
          "a prompt that begins with a beginning-of-sequence token needs its id",
          "tokenizer.ggml.add_bos_token=true, tokenizer.ggml.bos_token_id=none");
    }
    pieces = new String[vocabulary.size()];
    bytes = new byte[vocabulary.size()][];
    for (int token = 0; token < pieces.length; token++) {
      pieces[token] = vocabulary.spelling(token);
      bytes[token] = bytesOf(vocabulary, token, textOf);
      if (vocabulary.type(token) == Vocabulary.CONTROL) {
        control.set(token);
        endOfGeneration.set(token, vocabulary.endsTurn(token));
      }
    }
    for (int end :
        new int[] {
          eos, vocabulary.token("eot_token_id", -1), vocabulary.token("eom_token_id", -1)
        }) {
      if (end >= 0) {
        endOfGeneration.set(end);
      }
    }
    userDefined = new SpecialTokens(vocabulary, id -> isUserDefined(vocabulary, id));
    special =
        new SpecialTokens(
            vocabulary, id -> isUserDefined(vocabulary, id) || isHidden(vocabulary, id));
  }

  private static boolean isUserDefined(Vocabulary vocabulary, int token) {
    return vocabulary.type(token) == Vocabulary.USER_DEFINED;
  }

  /** Whether a token never comes out of ordinary text, nor shows in it. */
  static boolean isHidden(Vocabulary vocabulary, int token) {
    int type = vocabulary.type(token);
    return type == Vocabulary.CONTROL || type == Vocabulary.UNKNOWN;
  }

  private static byte[] bytesOf(Vocabulary vocabulary, int token, Function<String, byte[]> textOf) {
    String spelling = vocabulary.spelling(token);
    return switch (vocabulary.type(token)) {
      case Vocabulary.CONTROL, Vocabulary.UNKNOWN, Vocabulary.UNUSED -> NO_BYTES;
      case Vocabulary.BYTE ->
          BYTE_SPELLING.matcher(spelling).matches()
              ? new byte[] {(byte) Integer.parseInt(spelling, 3, 5, 16)}
              : textOf.apply(spelling);
      case Vocabulary.USER_DEFINED -> spelling.getBytes(StandardCharsets.UTF_8);
      default -> textOf.apply(spelling);
    };
  }

  /** Starts the encoding of one text; what it yields goes to the list. */
  abstract Encoder encoder(String text, TokenList tokens);

  /** Encodes the parts of a text between special tokens, from left to right. */
  interface Encoder {
    /** Encodes a part that is not empty. */
    void encode(int from, int end);
  }

  @Override
  public final int[] encode(String text, boolean parseSpecial) {
    TokenList tokens = new TokenList();
    Encoder encoder = encoder(text, tokens);
    int[] matches = (parseSpecial ? special : userDefined).find(text);
    int from = 0;
    for (int i = 0; i < matches.length; i += 3) {
      if (from < matches[i]) {
        encoder.encode(from, matches[i]);
      }
      tokens.add(matches[i + 2]);
      from = matches[i + 1];
    }
    if (from < text.length()) {
      encoder.encode(from, text.length());
    }
    return tokens.toArray();
  }

  @Override
  public final int vocabularySize() {
    return pieces.length;
  }

  /** {@inheritDoc} The array is shared: callers must not change it. */
  @Override
  public final byte[] bytes(int token) {
    return bytes[token];
  }

  @Override
  public final String piece(int token) {
    return pieces[token];
  }

  @Override
  public final boolean isControl(int token) {
    return control.get(Objects.checkIndex(token, pieces.length));
  }

  @Override
  public final boolean isEndOfGeneration(int token) {
    return endOfGeneration.get(Objects.checkIndex(token, pieces.length));
  }

  @Override
  public final int bosToken() {
    return bos;
  }

  @Override
  public final int eosToken() {
    return eos;
  }

  @Override
  public final boolean addsBos() {
    return addsBos;
  }
}
