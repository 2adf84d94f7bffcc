package updraft.cli.heads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.cli.heads.SafetensorsFile.Tensor;
import updraft.model.GgufFile;
import updraft.model.GgufValueType;
import updraft.model.GgufWriter;
import updraft.model.ModelConfig;
import updraft.model.QuantType;

/**
 * Turns a published EAGLE-3 head (safetensors and {@code config.json}, in SGLang's, vLLM's or
 * speculators' names) into the GGUF form of llama.cpp, with the tokenizer of its target. Query and
 * key rows are put into the order of adjacent pairs, the map between vocabularies from offsets into
 * ids.
 */
public final class HeadConverter {
  private static final String PREFIX = "eagle3.";

  private final SafetensorsFile source;
  private final JsonNode settings;
  private final GgufFile target;
  private final ModelConfig targetConfig;
  private final QuantType type;

  /** By name, without the prefix that some files have. */
  private final Map<String, Tensor> tensors = new TreeMap<>();

  private HeadConverter(
      SafetensorsFile source, JsonNode settings, GgufFile target, QuantType type) {
    this.source = source;
    this.settings = settings;
    this.target = target;
    this.targetConfig = ModelConfig.of(target);
    this.type = type;
    source
        .tensors()
        .forEach((name, tensor) -> tensors.put(name.replaceFirst("^model\\.", ""), tensor));
  }

  /**
   * Converts a head.
   *
   * @param head a safetensors file, beside its {@code config.json}
   * @param type of matrices whose columns it divides; F16 else
   * @throws HeadFormatException if a tensor or setting is missing or does not fit
   */
  public static void convert(Path head, Path target, QuantType type, Path output)
      throws IOException {
    Path config = head.resolveSibling("config.json");
    if (!Files.isRegularFile(config)) {
      throw new HeadFormatException("head must have its config.json beside it", "file=" + config);
    }
    JsonNode settings = JsonMapper.shared().readTree(Files.readString(config));
    try (SafetensorsFile source = new SafetensorsFile(head);
        GgufFile targetFile = GgufFile.open(target)) {
      new HeadConverter(source, settings, targetFile, type).write(output);
    }
  }

  private void write(Path output) throws IOException {
    GgufWriter writer = new GgufWriter();
    Tensor fusion = tensor("fc.weight");
    int hidden = fusion.rows();
    int heads = setting("num_attention_heads");
    int kvHeads = optional("num_key_value_heads", heads);
    String layer = has("midlayer.self_attn.q_proj.weight") ? "midlayer." : "layers.0.";
    int headSize = tensor(layer + "self_attn.q_proj.weight").rows() / heads;
    metadata(writer, hidden, heads, kvHeads, headSize, layer, targetLayers(fusion));
    matrix(writer, "fc.weight", fusion);
    if (has("input_norm.weight")) {
      vector(writer, "enc.output_norm.weight", tensor("input_norm.weight"));
    }
    vector(writer, "blk.0.attn_norm.weight", tensor(layer + "input_layernorm.weight"));
    vector(writer, "blk.0.attn_norm_2.weight", tensor(layer + "hidden_norm.weight"));
    Tensor query = tensor(layer + "self_attn.q_proj.weight");
    Tensor key = tensor(layer + "self_attn.k_proj.weight");
    rotated(writer, "blk.0.attn_q.weight", query, headSize);
    rotated(writer, "blk.0.attn_k.weight", key, headSize);
    matrix(writer, "blk.0.attn_v.weight", tensor(layer + "self_attn.v_proj.weight"));
    matrix(writer, "blk.0.attn_output.weight", tensor(layer + "self_attn.o_proj.weight"));
    vector(writer, "blk.0.ffn_norm.weight", tensor(layer + "post_attention_layernorm.weight"));
    matrix(writer, "blk.0.ffn_gate.weight", tensor(layer + "mlp.gate_proj.weight"));
    matrix(writer, "blk.0.ffn_up.weight", tensor(layer + "mlp.up_proj.weight"));
    matrix(writer, "blk.0.ffn_down.weight", tensor(layer + "mlp.down_proj.weight"));
    vector(writer, "output_norm.weight", tensor("norm.weight"));
    if (has("embed_tokens.weight")) {
      matrix(writer, "token_embd.weight", tensor("embed_tokens.weight"));
    }
    if (has("lm_head.weight")) {
      matrix(writer, "output.weight", tensor("lm_head.weight"));
    }
    if (has("d2t")) {
      map(writer, tensor("d2t"));
    }
    writer.write(output);
  }

  private void metadata(
      GgufWriter writer,
      int hidden,
      int heads,
      int kvHeads,
      int headSize,
      String layer,
      int[] targetLayers) {
    writer
        .string("general.architecture", "eagle3")
        .string("general.name", "eagle3 head of " + target.string("general.name", "a model"))
        .uint32(PREFIX + "block_count", 1)
        .uint32(PREFIX + "context_length", targetConfig.contextLength())
        .uint32(PREFIX + "embedding_length", hidden)
        .uint32(PREFIX + "feed_forward_length", tensor(layer + "mlp.up_proj.weight").rows())
        .uint32(PREFIX + "attention.head_count", heads)
        .uint32(PREFIX + "attention.head_count_kv", kvHeads)
        .uint32(PREFIX + "attention.key_length", headSize)
        .uint32(PREFIX + "attention.value_length", headSize)
        .float32(
            PREFIX + "attention.layer_norm_rms_epsilon",
            (float) settings.path("rms_norm_eps").asDouble(targetConfig.rmsEpsilon()))
        .float32(
            PREFIX + "rope.freq_base",
            (float) settings.path("rope_theta").asDouble(targetConfig.ropeBase()))
        .uint32(PREFIX + "rope.dimension_count", headSize)
        .uint32(PREFIX + "vocab_size", targetConfig.vocabularySize())
        .uint32(PREFIX + "target_hidden_size", targetConfig.hiddenSize())
        .uint32(PREFIX + "target_block_count", targetConfig.layers())
        .integers(PREFIX + "target_layers", GgufValueType.INT32, targetLayers)
        .bool(
            PREFIX + "norm_before_residual", settings.path("norm_before_residual").asBoolean(false))
        .bool(PREFIX + "norm_before_fc", has("input_norm.weight"))
        .metadata(target, "tokenizer.");
  }

  /** As the checkpoint says, else those of most checkpoints: 2, half and three before the last. */
  private int[] targetLayers(Tensor fusion) {
    JsonNode told = settings.path("eagle_aux_hidden_state_layer_ids");
    if (told.isMissingNode()) {
      told = settings.path("eagle_config").path("eagle_aux_hidden_state_layer_ids");
    }
    int layers = targetConfig.layers();
    int[] ids =
        told.isArray()
            ? told.valueStream().mapToInt(JsonNode::asInt).toArray()
            : new int[] {2, layers / 2, layers - 3};
    if (fusion.columns() != ids.length * targetConfig.hiddenSize()) {
      throw source.error(
          "fc.weight must read " + ids.length + " layers of the target's hidden size",
          "fc_columns="
              + fusion.columns()
              + ", target="
              + ids.length
              + "x"
              + targetConfig.hiddenSize());
    }
    return ids;
  }

  private boolean has(String name) {
    return tensors.containsKey(name);
  }

  private Tensor tensor(String name) {
    @Nullable Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw source.error("tensor must be present", "tensor=" + name);
    }
    return tensor;
  }

  private int setting(String name) {
    int value = optional(name, 0);
    if (value < 1) {
      throw source.error("config.json must say", "setting=" + name);
    }
    return value;
  }

  private int optional(String name, int fallback) {
    return settings.path(name).asInt(fallback);
  }

  private void vector(GgufWriter writer, String name, Tensor tensor) {
    writer.tensor(
        name,
        QuantType.F32,
        1,
        tensor.rows() * tensor.columns(),
        (row, to) -> source.row(tensor, 0, to));
  }

  private void matrix(GgufWriter writer, String name, Tensor tensor) {
    writer.tensor(
        name,
        typeOf(tensor),
        tensor.rows(),
        tensor.columns(),
        (row, to) -> source.row(tensor, (int) row, to));
  }

  /** Checkpoints rotate element i with i + half a head, llama's GGUF form neighbours. */
  private void rotated(GgufWriter writer, String name, Tensor tensor, int headSize) {
    writer.tensor(
        name,
        typeOf(tensor),
        tensor.rows(),
        tensor.columns(),
        (row, to) -> {
          int head = (int) row / headSize;
          int within = (int) row % headSize;
          int from = within / 2 + within % 2 * (headSize / 2);
          source.row(tensor, head * headSize + from, to);
        });
  }

  private QuantType typeOf(Tensor tensor) {
    return tensor.columns() % type.blockElements() == 0 ? type : QuantType.F16;
  }

  /** Checkpoints store what is to be added to a draft id. */
  private void map(GgufWriter writer, Tensor offsets) {
    int count = offsets.rows() * offsets.columns();
    writer.tensor(
        "d2t",
        QuantType.I64,
        1,
        count,
        (row, to) -> {
          for (int i = 0; i < count; i++) {
            to[i] = i + source.integer(offsets, i);
          }
        });
  }
}
