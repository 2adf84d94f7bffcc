package updraft.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufException;
import updraft.model.GgufFile;
import updraft.model.GgufTensor;
import updraft.model.ModelConfig;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;
import updraft.text.UnsupportedTokenizerException;

/**
 * What a GGUF file holds; the object of {@code inspect --json}.
 *
 * @param config null when the engine does not run it: a vocabulary alone, another architecture
 * @param refusal why it does not run, or null
 * @param types tensors by how they are stored
 * @param chatTemplate its source, or null
 * @param metadata every key; arrays by type and size
 */
record Inspection(
    String file,
    @JsonProperty("file_bytes") long fileBytes,
    @JsonProperty("gguf_version") int ggufVersion,
    String architecture,
    String name,
    @Nullable Config config,
    @Nullable String refusal,
    int tensors,
    long parameters,
    Map<String, Stored> types,
    @Nullable Vocabulary tokenizer,
    @JsonProperty("chat_template") @Nullable String chatTemplate,
    Map<String, String> metadata) {

  private static final String TEMPLATE = "tokenizer.chat_template";

  /** The model's sizes. */
  record Config(
      int layers,
      @JsonProperty("hidden_size") int hiddenSize,
      int heads,
      @JsonProperty("kv_heads") int kvHeads,
      @JsonProperty("head_size") int headSize,
      @JsonProperty("feed_forward_size") int feedForwardSize,
      @JsonProperty("vocabulary_size") int vocabularySize,
      @JsonProperty("context_length") int contextLength,
      @JsonProperty("kv_bytes_per_token") long keyValueBytes) {

    static Config of(ModelConfig config) {
      return new Config(
          config.layers(),
          config.hiddenSize(),
          config.heads(),
          config.kvHeads(),
          config.headSize(),
          config.feedForwardSize(),
          config.vocabularySize(),
          config.contextLength(),
          Inspection.keyValueBytes(config));
    }
  }

  /** Bytes of a token's keys and values at 16 bits. */
  static long keyValueBytes(ModelConfig config) {
    return 2L * config.layers() * config.keyValueSize() * Short.BYTES;
  }

  /** The tensors of one type. */
  record Stored(int tensors, long bytes) {
    Stored and(GgufTensor tensor) {
      return new Stored(tensors + 1, bytes + tensor.data().byteSize());
    }
  }

  /** The tokenizer; ids are -1 when there is no such token. */
  record Vocabulary(
      String model,
      @JsonProperty("pre_tokenizer") String preTokenizer,
      int tokens,
      @JsonProperty("bos_token") int bosToken,
      @JsonProperty("eos_token") int eosToken,
      @JsonProperty("adds_bos") boolean addsBos) {}

  static Inspection of(GgufFile file) {
    @Nullable Config config = null;
    @Nullable Vocabulary vocabulary = null;
    @Nullable String refusal = null;
    try {
      vocabulary = vocabulary(file);
      config = Config.of(ModelConfig.of(file));
    } catch (GgufException | UnsupportedTokenizerException e) {
      refusal = e.getMessage();
    }
    Map<String, Stored> types = new TreeMap<>();
    long parameters = 0;
    for (GgufTensor tensor : file.tensors()) {
      String type = tensor.type().name();
      types.put(type, types.getOrDefault(type, new Stored(0, 0)).and(tensor));
      parameters += tensor.elements();
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    file.keys().forEach(key -> metadata.put(key, file.display(key)));
    return new Inspection(
        file.path().toString(),
        file.fileBytes(),
        file.version(),
        metadata.getOrDefault("general.architecture", ""),
        metadata.getOrDefault("general.name", ""),
        config,
        refusal,
        file.tensors().size(),
        parameters,
        types,
        vocabulary,
        metadata.get(TEMPLATE),
        metadata);
  }

  private static Vocabulary vocabulary(GgufFile file) {
    Tokenizer tokenizer = Tokenizers.of(file);
    return new Vocabulary(
        file.string("tokenizer.ggml.model"),
        file.string("tokenizer.ggml.pre", ""),
        tokenizer.vocabularySize(),
        tokenizer.bosToken(),
        tokenizer.eosToken(),
        tokenizer.addsBos());
  }

  /** The same for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("file", file + " (" + Sizes.show(fileBytes) + ", GGUF v" + ggufVersion + ")"));
    lines.add(line("model", name.isEmpty() ? architecture : architecture + ", " + name));
    if (config != null) {
      lines.add(line("sizes", sizes(config)));
      String perToken = Sizes.show(config.keyValueBytes()) + " of keys and values a token";
      lines.add(line("context", config.contextLength() + " tokens, " + perToken));
    }
    lines.add(line("tensors", tensors + ", " + Sizes.count(parameters) + " parameters"));
    types.forEach(
        (type, stored) -> {
          String size = Sizes.show(stored.bytes());
          lines.add(
              line("", String.format(Locale.ROOT, "%-5s %4d  %8s", type, stored.tensors(), size)));
        });
    if (tokenizer != null) {
      lines.add(line("tokenizer", words(tokenizer)));
    }
    lines.add(
        line("template", chatTemplate == null ? "none" : chatTemplate.length() + " characters"));
    lines.add(line("runs", refusal == null ? "yes" : "no: " + refusal));
    return lines;
  }

  private static String sizes(Config config) {
    return String.format(
        Locale.ROOT,
        "%d layers, hidden %d, heads %d × %d, key/value heads %d, feed-forward %d",
        config.layers(),
        config.hiddenSize(),
        config.heads(),
        config.headSize(),
        config.kvHeads(),
        config.feedForwardSize());
  }

  private static String words(Vocabulary tokenizer) {
    return String.format(
        Locale.ROOT,
        "%s%s, %d tokens, bos %d%s, eos %d",
        tokenizer.model(),
        tokenizer.preTokenizer().isEmpty() ? "" : " (" + tokenizer.preTokenizer() + ")",
        tokenizer.tokens(),
        tokenizer.bosToken(),
        tokenizer.addsBos() ? " (added)" : "",
        tokenizer.eosToken());
  }

  private static String line(String label, String text) {
    return OneLine.of(String.format(Locale.ROOT, "%-10s %s", label, text));
  }
}
