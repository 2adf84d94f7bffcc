package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.GgufFile;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

class ConvertHeadCommandTest {
  private static final int H = 96;
  private static final int HEAD_SIZE = 16;
  private static final int DRAFT = 64;

  @TempDir Path folder;

  private final Map<String, int[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();

  private Path publish() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    add("fc.weight", random, H, 3 * H);
    for (String norm :
        new String[] {"input_layernorm", "hidden_norm", "post_attention_layernorm"}) {
      add("midlayer." + norm + ".weight", random, H);
    }
    add("midlayer.self_attn.q_proj.weight", random, 6 * HEAD_SIZE, 2 * H);
    add("midlayer.self_attn.k_proj.weight", random, 2 * HEAD_SIZE, 2 * H);
    add("midlayer.self_attn.v_proj.weight", random, 2 * HEAD_SIZE, 2 * H);
    add("midlayer.self_attn.o_proj.weight", random, H, 6 * HEAD_SIZE);
    add("midlayer.mlp.gate_proj.weight", random, 128, H);
    add("midlayer.mlp.up_proj.weight", random, 128, H);
    add("midlayer.mlp.down_proj.weight", random, H, 128);
    add("norm.weight", random, H);
    add("lm_head.weight", random, DRAFT, H);
    Files.writeString(
        folder.resolve("config.json"),
        "{\"num_attention_heads\": 6, \"num_key_value_heads\": 2, \"rms_norm_eps\": 1e-5,"
            + " \"eagle_config\": {\"eagle_aux_hidden_state_layer_ids\": [1, 2, 3]}}");
    return write(folder.resolve("head.safetensors"));
  }

  private void add(String name, SplittableRandom random, int... shape) {
    int size = shape.length == 1 ? shape[0] : shape[0] * shape[1];
    float[] data = new float[size];
    for (int i = 0; i < size; i++) {
      data[i] = (float) random.nextGaussian() / 8;
    }
    shapes.put(name, shape);
    values.put(name, data);
  }

  private Path write(Path path) throws IOException {
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
      int bytes = 4 * values.get(entry.getKey()).length;
      header
          .append("\"%s\":{\"dtype\":\"F32\",\"shape\":".formatted(entry.getKey()))
          .append(java.util.Arrays.toString(entry.getValue()))
          .append(",\"data_offsets\":[%d,%d]},".formatted(at, at + bytes));
      at += bytes;
    }
    header.append(
        "\"d2t\":{\"dtype\":\"I64\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}"
            .formatted(DRAFT, at, at + 8 * DRAFT));
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer all =
        ByteBuffer.allocate(8 + text.length + at + 8 * DRAFT).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(text.length).put(text);
    for (float[] data : values.values()) {
      for (float value : data) {
        all.putFloat(value);
      }
    }
    for (int i = 0; i < DRAFT; i++) {
      all.putLong(2 * i); // draft token i is the target's 3i
    }
    return Files.write(path, all.array());
  }

  @Test
  void aPublishedHeadBecomesOneThatTheEngineRuns() throws IOException {
    Path head = publish();
    Path model = TinyModels.llama(folder);
    Path output = folder.resolve("head.gguf");
    new CommandLineRun(folder)
        .run(
            "convert-head",
            head.toString(),
            "--model",
            model.toString(),
            "--type",
            "f32",
            "-o",
            output.toString())
        .succeeds();
    try (GgufFile file = GgufFile.open(output)) {
      assertThat(file.integers("eagle3.target_layers")).containsExactly(1, 2, 3);
      assertThat(file.arrayLength("tokenizer.ggml.tokens")).isEqualTo(512);
      assertThat(file.tensor("d2t").toFloats()).startsWith(0, 3, 6).endsWith(3 * 63);
      // neighbours are rotated together where the checkpoint has halves
      float[] row = new float[2 * H];
      file.tensor("blk.0.attn_q.weight").dequantizeRow(HEAD_SIZE + 3, row, 0);
      int from = (HEAD_SIZE + 1 + HEAD_SIZE / 2) * 2 * H;
      assertThat(row[5]).isEqualTo(values.get("midlayer.self_attn.q_proj.weight")[from + 5]);
    }
    try (Engine engine =
        Engine.open(EngineOptions.builder(model).draftModel(output).calibrate(false).build())) {
      assertThat(
              engine
                  .generate(
                      GenerateRequest.builder(1, 2, 3)
                          .maxTokens(9)
                          .ignoreEos(true)
                          .speculation(SpeculationOptions.of(SpeculationMethod.EAGLE).withNodes(7))
                          .build())
                  .speculation()
                  .drafted())
          .isPositive();
    }
  }

  @Test
  void whatIsMissingIsSaidInALine() throws IOException {
    publish();
    shapes.remove("norm.weight");
    values.remove("norm.weight");
    Path head = write(folder.resolve("head.safetensors"));
    new CommandLineRun(folder)
        .run(
            "convert-head",
            head.toString(),
            "-m",
            TinyModels.llama(folder).toString(),
            "-o",
            folder.resolve("out.gguf").toString())
        .fails(1, "tensor must be present: file=" + head + ", tensor=norm.weight");
  }

  @Test
  void aFileThatIsNoneIsRefused() throws IOException {
    publish();
    Path head = Files.write(folder.resolve("head.safetensors"), new byte[] {1, 2, 3});
    new CommandLineRun(folder)
        .run(
            "convert-head",
            head.toString(),
            "-m",
            TinyModels.llama(folder).toString(),
            "-o",
            folder.resolve("out.gguf").toString())
        .fails(1, "header must lie within the file: file=" + head + ", header_bytes=-1, size=3");
  }
}
