package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.model.GgufFile;

/**
 * Ids as llama.cpp gives them; the recordings name its version and the vocabulary. Where llama.cpp
 * lets plain text become a control token by merges, nothing is recorded: here it must not.
 */
class GoldenTokensTest {

  @ParameterizedTest
  @ValueSource(strings = {"bpe-gpt-2", "bpe-smollm", "bpe-llama-bpe", "bpe-qwen2", "spm"})
  void agreesWithLlamaCppOnSmallVocabularies(String name) throws Exception {
    assertAgrees(load(Path.of(resource(name + ".gguf").toURI())), name + ".json", 200);
  }

  @Test
  @Tag("smollm2")
  void agreesWithLlamaCppOnSmolLm2() throws Exception {
    Tokenizer tokenizer = load(smolLm2());
    assertAgrees(tokenizer, "smollm2.json", 100);
    assertThat(tokenizer.vocabularySize()).isEqualTo(49152);
    assertThat(tokenizer.bosToken()).isEqualTo(1);
    assertThat(tokenizer.eosToken()).isEqualTo(2);
    assertThat(tokenizer.addsBos()).isFalse();
    assertThat(
            IntStream.range(0, tokenizer.vocabularySize())
                .filter(tokenizer::isEndOfGeneration)
                .mapToObj(tokenizer::piece))
        .containsExactly("<|endoftext|>", "<|im_end|>");
    assertThat(IntStream.range(0, tokenizer.vocabularySize()).filter(tokenizer::isControl).boxed())
        .containsExactlyElementsOf(IntStream.range(0, 17).boxed().toList());
    assertThat(tokenizer.piece(260)).isEqualTo("Ġthe");
    assertThat(tokenizer.decode(260)).isEqualTo(" the");
  }

  private static void assertAgrees(Tokenizer tokenizer, String golden, int atLeast)
      throws IOException {
    List<String> differences = new ArrayList<>();
    int cases = 0;
    try (InputStream in = resource(golden).openStream()) {
      for (JsonNode recorded : JsonMapper.shared().readTree(in).get("cases")) {
        cases++;
        String text = recorded.get("text").asString();
        if (recorded.has("plain")) {
          compare(tokenizer, text, false, recorded.get("plain"), differences);
        }
        compare(tokenizer, text, true, recorded.get("special"), differences);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(cases).isGreaterThanOrEqualTo(atLeast);
  }

  private static void compare(
      Tokenizer tokenizer,
      String text,
      boolean special,
      JsonNode golden,
      List<String> differences) {
    int[] expected = golden.valueStream().mapToInt(JsonNode::asInt).toArray();
    int[] actual = tokenizer.encode(text, special);
    if (!Arrays.equals(expected, actual)) {
      differences.add(
          "special=%b %s: expected %s, got %s"
              .formatted(
                  special,
                  Vocabulary.quoted(text),
                  Arrays.toString(expected),
                  Arrays.toString(actual)));
    }
  }

  private static Tokenizer load(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return Tokenizers.of(file);
    }
  }

  private static URL resource(String name) {
    return Objects.requireNonNull(GoldenTokensTest.class.getResource(name), name);
  }

  private static Path smolLm2() throws URISyntaxException {
    @Nullable String path = System.getProperty("updraft.test.smollm2");
    assumeTrue(path != null, "no model: set -Dupdraft.test.smollm2=FILE to SmolLM2-135M-Instruct");
    return Path.of(Objects.requireNonNull(path));
  }
}
