package updraft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.Architecture;
import updraft.model.GgufException;
import updraft.model.GgufFile;
import updraft.model.GgufWriter;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** Heads and draft models that do not suit the model: refused in a line that says what differs. */
class DraftRefusalsTest {
  @TempDir Path directory;

  private SyntheticHead head() {
    return new SyntheticHead(TinyModels.forgetful(directory)).random(1);
  }

  private void assertRefused(Path draft, String... parts) {
    assertThatThrownBy(() -> open(draft).close())
        .isInstanceOf(GgufException.class)
        .message()
        .hasLineCount(1)
        .contains(draft.toString())
        .contains(parts);
  }

  private Engine open(Path draft) {
    return Engine.open(
        EngineOptions.builder(TinyModels.forgetful(directory))
            .draftModel(draft)
            .contextLength(256)
            .calibrate(false)
            .build());
  }

  private Path path() {
    return directory.resolve("draft.gguf");
  }

  @Test
  void aHeadOfAnotherHiddenSize() {
    Path head = head().damage(w -> w.uint32("eagle3.target_hidden_size", 128)).write(path());
    assertRefused(head, "head must be for a target of this hidden size", "head=128, target=96");
  }

  @Test
  void aHeadThatReadsALayerThatTheTargetLacks() {
    Path head = head().targetLayers(1, 2, 7).write(path());
    assertRefused(head, "layers that the target has, in [1, 3]", "layer=7, target_layers=3");
  }

  @Test
  void aHeadOfAnotherVocabulary() {
    Path head =
        head()
            .damage(
                w -> w.strings("tokenizer.ggml.tokens", java.util.Collections.nCopies(500, "a")))
            .write(path());
    assertRefused(head, "head must have as many tokens as the target", "head=500, target=512");
  }

  @Test
  void aHeadWithoutTheMapThatItNeeds() {
    Path head = head().vocabulary(100).withoutMap().write(path());
    assertRefused(head, "head must have tensor d2t", "head=100, target=512");
  }

  @Test
  void aMapThatNamesATokenTwice() {
    Path head =
        head()
            .vocabulary(100)
            .withoutMap()
            .damage(w -> w.tensor("d2t", QuantType.I64, 1, 100, (row, to) -> to[5] = to[6] = 7))
            .write(path());
    assertRefused(head, "d2t must name different tokens of the target, in [0, 512)", "token=0");
  }

  @Test
  void aMapBeyondTheVocabulary() {
    Path head =
        head()
            .vocabulary(100)
            .withoutMap()
            .damage(
                w ->
                    w.tensor(
                        "d2t",
                        QuantType.I64,
                        1,
                        100,
                        (row, to) -> {
                          for (int i = 0; i < to.length; i++) {
                            to[i] = i + 450;
                          }
                        }))
            .write(path());
    assertRefused(head, "index=62, token=512");
  }

  @Test
  void aHeadWithANumberThatIsNone() {
    Path head = head().notANumberIn("up").write(path());
    assertRefused(head, "tensor must be finite: ", "tensor=blk.0.ffn_up.weight", "value=NaN");
  }

  @Test
  void aDraftModelOfAnotherVocabulary() throws IOException {
    Path draft =
        TinyModels.builder(Architecture.LLAMA, QuantType.Q8_0).vocabularySize(480).write(path());
    assertRefused(
        draft, "draft model must have as many tokens as the target", "draft_model=480, target=512");
  }

  @Test
  void aDraftModelWhoseTokensMeanOtherText() throws IOException {
    Path other = directory.resolve("other.gguf");
    TinyModels.builder(Architecture.LLAMA, QuantType.Q8_0).write(other);
    try (GgufFile file = GgufFile.open(other)) {
      String[] tokens = file.strings("tokenizer.ggml.tokens");
      tokens[300] = "zebra";
      GgufWriter writer = new GgufWriter();
      writer
          .string("general.architecture", "llama")
          .uint32("llama.block_count", 3)
          .uint32("llama.context_length", 1024)
          .uint32("llama.embedding_length", 96)
          .uint32("llama.feed_forward_length", 160)
          .uint32("llama.attention.head_count", 6)
          .uint32("llama.attention.head_count_kv", 2)
          .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
          .string("tokenizer.ggml.model", "gpt2")
          .strings("tokenizer.ggml.tokens", List.of(tokens));
      file.tensors().forEach(writer::tensor);
      writer.write(path());
    }
    assertRefused(
        path(), "draft model must have the target's tokens", "first_different_token=300", "zebra");
  }

  @Test
  void aMethodWithoutItsDrafterIsRefusedWithWhatThereIs() {
    EngineOptions options =
        EngineOptions.builder(TinyModels.forgetful(directory)).calibrate(false).build();
    try (Engine engine = Engine.open(options)) {
      for (SpeculationMethod method :
          List.of(
              SpeculationMethod.EAGLE, SpeculationMethod.DRAFT, SpeculationMethod.NGRAM_EAGLE)) {
        GenerateRequest request =
            GenerateRequest.builder(1, 2, 3)
                .maxTokens(4)
                .speculation(SpeculationOptions.of(method))
                .build();
        assertThatThrownBy(() -> engine.generate(request))
            .isInstanceOf(InvalidRequestException.class)
            .message()
            .hasLineCount(1)
            .contains("speculation.method=" + method.wireName(), "available=off, auto, ngram");
      }
    }
  }

  @Test
  void aHeadIsFoundAmongOtherFilesByWhatItWasMadeFor() throws IOException {
    Path heads = Files.createDirectory(directory.resolve("heads"));
    Files.writeString(heads.resolve("a-text.gguf"), "no model");
    TinyModels.builder(Architecture.QWEN3, QuantType.F32).write(heads.resolve("b-model.gguf"));
    head()
        .damage(w -> w.uint32("eagle3.target_hidden_size", 128))
        .write(heads.resolve("c-other.gguf"));
    EngineOptions.Builder options =
        EngineOptions.builder(TinyModels.forgetful(directory))
            .heads(List.of(directory.resolve("missing"), heads))
            .contextLength(256)
            .calibrate(false);
    GenerateRequest request =
        GenerateRequest.builder(1, 2, 3)
            .maxTokens(4)
            .speculation(SpeculationOptions.of(SpeculationMethod.EAGLE))
            .build();
    try (Engine engine = Engine.open(options.build())) {
      assertThatThrownBy(() -> engine.generate(request))
          .isInstanceOf(InvalidRequestException.class);
    }
    head().write(heads.resolve("d-right.gguf"));
    try (Engine engine = Engine.open(options.build())) {
      assertThat(engine.generate(request).completionTokens()).isEqualTo(4);
    }
  }

  @Test
  void aSmallerModelOfTheVocabularyIsFoundByWhatItsNameSaysItIsFor() throws IOException {
    Path models = Files.createDirectory(directory.resolve("models"));
    Path small = TinyModels.write(directory, Architecture.LLAMA, QuantType.Q4_0);
    Files.copy(small, models.resolve("small.gguf"));
    Path target = TinyModels.forgetful(directory);
    Files.copy(target, models.resolve("as-large-draft.gguf"));
    EngineOptions.Builder options =
        EngineOptions.builder(target).heads(List.of(models)).contextLength(256).calibrate(false);
    GenerateRequest request =
        GenerateRequest.builder(1, 2, 3)
            .maxTokens(4)
            .speculation(SpeculationOptions.of(SpeculationMethod.DRAFT))
            .build();
    try (Engine engine = Engine.open(options.build())) {
      assertThatThrownBy(() -> engine.generate(request))
          .isInstanceOf(InvalidRequestException.class);
    }
    Files.copy(small, models.resolve("small-draft.gguf"));
    try (Engine engine = Engine.open(options.build())) {
      assertThat(engine.generate(request).completionTokens()).isEqualTo(4);
    }
  }
}
