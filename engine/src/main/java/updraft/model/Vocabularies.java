package updraft.model;

import java.util.Arrays;

/** Whether two files mean the same text by the same token ids. */
public final class Vocabularies {
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String MODEL = "tokenizer.ggml.model";

  private Vocabularies() {}

  /** Whether both say what their tokens are, and the same. */
  public static boolean same(GgufFile one, GgufFile other) {
    return one.contains(TOKENS)
        && other.contains(TOKENS)
        && Arrays.equals(one.strings(TOKENS), other.strings(TOKENS));
  }

  /**
   * Refuses a drafter whose tokens are not the target's.
   *
   * @param what it is, for the message
   * @param vocabulary of the target
   * @throws GgufException saying in what the two differ
   */
  public static void check(GgufFile file, String what, GgufFile target, int vocabulary) {
    if (!file.contains(TOKENS) || !target.contains(TOKENS)) {
      throw file.error(what + " must say what its tokens are, as must the target", "key=" + TOKENS);
    }
    String[] own = file.strings(TOKENS);
    if (own.length != vocabulary) {
      throw file.error(
          what + " must have as many tokens as the target",
          what.replace(' ', '_') + "=" + own.length + ", target=" + vocabulary);
    }
    int first = Arrays.mismatch(own, target.strings(TOKENS));
    if (first >= 0) {
      throw file.error(
          what + " must have the target's tokens",
          "first_different_token="
              + first
              + ", here='"
              + own[first]
              + "', target='"
              + target.strings(TOKENS)[first]
              + "'");
    }
    String model = file.string(MODEL, "");
    if (!model.equals(target.string(MODEL, ""))) {
      throw file.error(
          what + " must have the target's kind of tokenizer",
          "here=" + model + ", target=" + target.string(MODEL, ""));
    }
  }
}
