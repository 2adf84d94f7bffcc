package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.model.GgufWriter;
import updraft.model.TinyModels;

class InspectCommandTest {
  @TempDir Path folder;

  @Test
  void showsSizesTensorsTokenizerAndTemplate() throws IOException {
    Path model = TinyModels.llama(folder);
    JsonNode json = inspect(model);

    assertThat(json.get("architecture").asString()).isEqualTo("llama");
    assertThat(json.get("file_bytes").asLong()).isEqualTo(Files.size(model));
    assertThat(json.get("refusal").isNull()).isTrue();
    assertThat(json.get("config").get("layers").asInt()).isEqualTo(3);
    assertThat(json.get("config").get("kv_heads").asInt()).isEqualTo(2);
    assertThat(json.get("config").get("kv_bytes_per_token").asInt()).isEqualTo(3 * 2 * 2 * 16 * 2);
    assertThat(json.get("tokenizer").get("tokens").asInt()).isEqualTo(512);
    assertThat(json.get("chat_template").asString()).contains("<|im_start|>");
    assertThat(json.get("metadata").get("tokenizer.ggml.tokens").asString())
        .isEqualTo("STRING[512]");
    int tensors =
        json.get("types").valueStream().mapToInt(type -> type.get("tensors").asInt()).sum();
    assertThat(tensors).isEqualTo(json.get("tensors").asInt());
    assertThat(json.get("types").propertyNames()).contains("Q8_0", "F32");
  }

  @Test
  void printsTheSameForPeople() {
    Path model = TinyModels.llama(folder);
    String out = new CommandLineRun(folder).run("inspect", model.toString()).succeeds().out();

    assertThat(out)
        .contains("3 layers, hidden 96, heads 6 × 16")
        .contains("gpt2 (gpt-2), 512 tokens")
        .containsPattern("runs +yes");
  }

  @Test
  void readsFilesThatDoNotRunAndSaysWhy() throws IOException {
    Path model = folder.resolve("other.gguf");
    new GgufWriter().string("general.architecture", "mamba\u001b[31m").write(model);

    assertThat(inspect(model).get("refusal").asString()).contains("file=" + model);
    String out =
        new CommandLineRun(folder).run("inspect", model.toString(), "--metadata").succeeds().out();
    assertThat(out).contains("runs       no: ", "mamba\\u001b[31m").doesNotContain("\u001b");
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    byte[] bytes = Files.readAllBytes(TinyModels.llama(folder));
    Path model = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, bytes.length - 100));

    CommandLineRun.Outcome outcome = new CommandLineRun(folder).run("inspect", model.toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err())
        .startsWith("updraft: ")
        .contains("tensor output_norm.weight", "file=" + model);
  }

  private JsonNode inspect(Path model) {
    return new CommandLineRun(folder).run("inspect", "--json", model.toString()).succeeds().json();
  }
}
