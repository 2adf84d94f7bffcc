package updraft.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import updraft.model.GgufFile;
import updraft.model.GgufValueType;
import updraft.model.GgufWriter;

/** A small vocabulary that a test puts together and loads through a real file. */
final class VocabularyFile {
  private final String model;
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final List<Float> scores = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private final List<Consumer<GgufWriter>> more = new ArrayList<>();

  private VocabularyFile(String model) {
    this.model = model;
  }

  /** Byte-level BPE: the 256 bytes are tokens 0 to 255. */
  static VocabularyFile bpe(String preTokenizer) {
    VocabularyFile file = new VocabularyFile("gpt2");
    file.more.add(out -> out.string("tokenizer.ggml.pre", preTokenizer));
    for (int b = 0; b < 256; b++) {
      file.token(Character.toString(ByteAlphabet.charOf(b)), Vocabulary.NORMAL);
    }
    return file;
  }

  /** SentencePiece: unknown, beginning and end are tokens 0 to 2. */
  static VocabularyFile sentencePiece() {
    return new VocabularyFile("llama")
        .token("<unk>", Vocabulary.UNKNOWN)
        .token("<s>", Vocabulary.CONTROL)
        .token("</s>", Vocabulary.CONTROL);
  }

  static VocabularyFile of(String model) {
    return new VocabularyFile(model);
  }

  VocabularyFile token(String spelling, int type) {
    return token(spelling, type, 0);
  }

  VocabularyFile token(String spelling, int type, float score) {
    tokens.add(spelling);
    types.add(type);
    scores.add(score);
    return this;
  }

  /** A merge, without the token that it yields. */
  VocabularyFile mergeAlone(String pair) {
    merges.add(pair);
    return this;
  }

  /** A merge and the token that it yields, unless there is one. */
  VocabularyFile merge(String left, String right) {
    if (!tokens.contains(left + right)) {
      token(left + right, Vocabulary.NORMAL);
    }
    return mergeAlone(left + " " + right);
  }

  VocabularyFile with(Consumer<GgufWriter> entry) {
    more.add(entry);
    return this;
  }

  VocabularyFile uint32(String key, int value) {
    return with(out -> out.uint32("tokenizer.ggml." + key, value));
  }

  /** The id of the last token of a spelling. */
  int id(String spelling) {
    return tokens.lastIndexOf(spelling);
  }

  List<String> tokens() {
    return tokens;
  }

  Tokenizer load() {
    try {
      Path path = Files.createTempFile("vocabulary", ".gguf");
      try {
        writer().write(path);
        try (GgufFile file = GgufFile.open(path)) {
          return Tokenizers.of(file);
        }
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private GgufWriter writer() {
    GgufWriter out = new GgufWriter().string("tokenizer.ggml.model", model);
    out.strings("tokenizer.ggml.tokens", tokens);
    int[] kinds = types.stream().mapToInt(type -> type).toArray();
    out.integers("tokenizer.ggml.token_type", GgufValueType.INT32, kinds);
    if (model.equals("llama")) {
      float[] values = new float[scores.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = scores.get(i);
      }
      out.float32s("tokenizer.ggml.scores", values);
    } else {
      if (merges.isEmpty()) {
        merge("t", "h");
        return writer();
      }
      out.strings("tokenizer.ggml.merges", merges);
    }
    more.forEach(entry -> entry.accept(out));
    return out;
  }
}
