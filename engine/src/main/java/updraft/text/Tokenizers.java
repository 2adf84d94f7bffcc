package updraft.text;

import updraft.model.GgufFile;

/** Makes the tokenizer that a model file describes. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * The tokenizer of a model, or of a file that holds a vocabulary alone. The file may be closed
   * afterwards.
   *
   * @throws UnsupportedTokenizerException if the kind of vocabulary is unknown or its parts
   *     contradict each other; the message is one line
   * @throws updraft.model.GgufException if a key is missing or has another type
   */
  public static Tokenizer of(GgufFile file) {
    Vocabulary vocabulary = Vocabulary.of(file);
    String model = vocabulary.model();
    return switch (model) {
      case "gpt2" -> new BpeTokenizer(vocabulary, rules(vocabulary));
      case "llama" -> new SentencePieceTokenizer(vocabulary);
      default ->
          throw vocabulary.refuse(
              "tokenizer must be one of gpt2, llama",
              "tokenizer.ggml.model=" + Vocabulary.quoted(model));
    };
  }

  private static BpeRules rules(Vocabulary vocabulary) {
    BpeRules rules = BpeRules.find(vocabulary.preTokenizer());
    if (rules == null) {
      throw vocabulary.refuse(
          "pre-tokenizer must be one of " + String.join(", ", BpeRules.names()),
          "tokenizer.ggml.pre=" + Vocabulary.quoted(vocabulary.preTokenizer()));
    }
    return rules;
  }
}
