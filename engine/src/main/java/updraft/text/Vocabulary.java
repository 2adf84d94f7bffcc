package updraft.text;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufFile;

/**
 * A model file's vocabulary, checked: the arrays agree in length, spellings are unique, ids are in
 * range. Needed while a tokenizer is built, not afterwards.
 */
final class Vocabulary {
  /** Kinds of tokens, as GGUF numbers them. */
  static final int NORMAL = 1;

  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  /** Spellings that end a turn in the templates of the models in use. */
  private static final Set<String> END_SPELLINGS =
      Set.of(
          "<|im_end|>",
          "<|endoftext|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<|end_of_text|>",
          "<|end|>",
          "<end_of_turn>",
          "</s>");

  /** Many times those of any model; bounds the memory that a crafted file can take. */
  private static final int MAX_TOKENS = 1 << 22;

  private static final int MAX_MERGES = 1 << 23;

  private static final String PREFIX = "tokenizer.ggml.";

  private final GgufFile file;
  private final String[] spellings;
  private final int @Nullable [] types;
  private final Map<String, Integer> ids;

  private Vocabulary(GgufFile file) {
    this.file = file;
    spellings = strings("tokens", MAX_TOKENS);
    types = file.contains(PREFIX + "token_type") ? file.integers(PREFIX + "token_type") : null;
    if (types != null) {
      requireOnePerToken("token_type", types.length);
    }
    ids = HashMap.newHashMap(spellings.length);
    for (int id = 0; id < spellings.length; id++) {
      @Nullable Integer other = spellings[id].isEmpty() ? null : ids.put(spellings[id], id);
      if (other != null) {
        throw refuse(
            "tokens must be spelled differently",
            "token=" + other + ", token=" + id + ", spelling=" + quoted(spellings[id]));
      }
    }
  }

  /**
   * Reads and checks the vocabulary of a file; tensors are not looked at.
   *
   * @throws UnsupportedTokenizerException if its parts contradict each other
   * @throws updraft.model.GgufException if a key is missing or has another type
   */
  static Vocabulary of(GgufFile file) {
    return new Vocabulary(file);
  }

  /** The algorithm: {@code gpt2} for byte-level BPE, {@code llama} for SentencePiece. */
  String model() {
    return file.string(PREFIX + "model");
  }

  /** The name of the pre-tokenizer's rules; empty when the file has none. */
  String preTokenizer() {
    return file.string(PREFIX + "pre", "");
  }

  int size() {
    return spellings.length;
  }

  String spelling(int token) {
    return spellings[token];
  }

  /**
   * The kind of a token; {@link #NORMAL} where the file has no kinds. A user-defined token that is
   * spelled like the end of a turn counts as control, else a user's text could end it.
   */
  int type(int token) {
    if (types == null) {
      return NORMAL;
    }
    boolean end = types[token] == USER_DEFINED && END_SPELLINGS.contains(spellings[token]);
    return end ? CONTROL : types[token];
  }

  /** Whether a token's spelling says that it ends a turn, for files that do not name the token. */
  boolean endsTurn(int token) {
    return type(token) == CONTROL && END_SPELLINGS.contains(spellings[token]);
  }

  /** The token of a spelling, or -1. */
  int find(String spelling) {
    return ids.getOrDefault(spelling, -1);
  }

  /** Pairs to be joined, best first, each two spellings with a space between them. */
  String[] merges() {
    return strings("merges", MAX_MERGES);
  }

  float[] scores() {
    float[] scores = file.reals(PREFIX + "scores");
    requireOnePerToken("scores", scores.length);
    for (int id = 0; id < scores.length; id++) {
      if (Float.isNaN(scores[id])) {
        throw refuse("scores must be numbers", "token=" + id + ", score=NaN");
      }
    }
    return scores;
  }

  /** The token that a key such as {@code bos_token_id} names, or the fallback; -1 is none. */
  int token(String key, int fallback) {
    int token = file.integer(PREFIX + key, fallback);
    if (token < -1 || token >= size()) {
      throw refuse(
          PREFIX + key + " must be in [0, " + (size() - 1) + "]", PREFIX + key + "=" + token);
    }
    return token;
  }

  boolean flag(String key, boolean fallback) {
    return file.bool(PREFIX + key, fallback);
  }

  /** An error about this vocabulary, in one line. */
  UnsupportedTokenizerException refuse(String constraint, String details) {
    return new UnsupportedTokenizerException(constraint + ": file=" + file.path() + ", " + details);
  }

  /** A spelling as part of a message: in quotes, in one line, not too long. */
  static String quoted(String spelling) {
    StringBuilder quoted = new StringBuilder("\"");
    spelling
        .codePoints()
        .limit(60)
        .forEach(
            c -> {
              boolean plain = c >= ' ' && !Character.isISOControl(c) && c != 0x2028 && c != 0x2029;
              quoted.append(plain ? Character.toString(c) : String.format("\\u%04x", c));
            });
    return quoted.append(spelling.length() > 60 ? "…\"" : "\"").toString();
  }

  private String[] strings(String key, int most) {
    int count = file.arrayLength(PREFIX + key);
    if (count == 0 || count > most) {
      throw refuse(
          PREFIX + key + " must have between 1 and " + most + " entries", "entries=" + count);
    }
    return file.strings(PREFIX + key);
  }

  private void requireOnePerToken(String key, int length) {
    if (length != size()) {
      throw refuse(
          PREFIX + key + " must have an entry for each token",
          "entries=" + length + ", tokens=" + size());
    }
  }
}
