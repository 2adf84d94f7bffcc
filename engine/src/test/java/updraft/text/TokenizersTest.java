package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.model.GgufException;
import updraft.model.GgufFile;
import updraft.model.GgufValueType;

class TokenizersTest {

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "starcoder", "qwen2", "deepseek-r1-qwen", "dbrx"})
  void acceptsTheNamesOfKnownRules(String name) {
    assertThat(VocabularyFile.bpe(name).load().encode("the", false)).hasSize(2);
  }

  @Test
  void refusesAnUnknownModelByName() {
    assertRefused(
        VocabularyFile.of("bert").token("a", Vocabulary.NORMAL),
        "tokenizer must be one of gpt2, llama: file=",
        "tokenizer.ggml.model=\"bert\"");
  }

  @Test
  void refusesUnknownRulesByName() {
    assertRefused(
        VocabularyFile.bpe("tekken\n"),
        "pre-tokenizer must be one of gpt-2, ",
        "tokenizer.ggml.pre=\"tekken\\u000a\"");
  }

  @Test
  void refusesRulesThatTheFileDoesNotName() {
    assertRefused(
        VocabularyFile.of("gpt2").token("a", 1).token("b", 1).merge("a", "b"),
        "pre-tokenizer must be one of ",
        "tokenizer.ggml.pre=\"\"");
  }

  @Test
  void refusesTwoTokensOfOneSpelling() {
    assertRefused(
        VocabularyFile.bpe("gpt-2").token("zz", 1).token("zz", 1),
        "tokens must be spelled differently: file=",
        "token=256, token=257, spelling=\"zz\"");
  }

  @Test
  void acceptsSeveralTokensWithoutSpelling() {
    Tokenizer tokenizer = VocabularyFile.bpe("gpt-2").token("", 1).token("", 3).load();
    assertThat(tokenizer.encode("a", true)).containsExactly('a');
    assertThat(tokenizer.bytes(256)).isEmpty();
  }

  @Test
  void refusesMergesOfUnknownTokens() {
    for (String pair : new String[] {"q zz", "zz q", "q z", "nospace", " q"}) {
      assertRefused(
          VocabularyFile.bpe("gpt-2").merge("t", "h").mergeAlone(pair),
          "a merge must be of two tokens and yield a token: file=",
          "merge=1, pair=\"" + pair + "\"");
    }
  }

  @Test
  void refusesIdsOutOfRange() {
    assertRefused(
        VocabularyFile.sentencePiece().uint32("eos_token_id", 3),
        "tokenizer.ggml.eos_token_id must be in [0, 2]: file=",
        "tokenizer.ggml.eos_token_id=3");
  }

  @Test
  void refusesArraysThatDisagree() {
    assertRefused(
        VocabularyFile.sentencePiece()
            .with(o -> o.integers("tokenizer.ggml.token_type", GgufValueType.INT32, 1, 1)),
        "tokenizer.ggml.token_type must have an entry for each token: file=",
        "entries=2, tokens=3");
    assertRefused(
        VocabularyFile.sentencePiece().with(o -> o.float32s("tokenizer.ggml.scores", 1)),
        "tokenizer.ggml.scores must have an entry for each token: file=",
        "entries=1, tokens=3");
  }

  @Test
  void refusesScoresThatAreNoNumbers() {
    assertRefused(
        VocabularyFile.sentencePiece().token("a", 1, Float.NaN),
        "scores must be numbers: file=",
        "token=3, score=NaN");
  }

  @Test
  void refusesAnEmptyVocabulary() {
    assertRefused(
        VocabularyFile.of("llama"),
        "tokenizer.ggml.tokens must have between 1 and 4194304 entries: file=",
        "entries=0");
  }

  @Test
  void refusesABeginningThatHasNoToken() {
    assertRefused(
        VocabularyFile.bpe("llama-bpe"),
        "a prompt that begins with a beginning-of-sequence token needs its id: file=",
        "tokenizer.ggml.bos_token_id=none");
  }

  @Test
  void missingKeysAreErrorsOfTheFile() {
    assertThatThrownBy(() -> VocabularyFile.of("gpt2").with(o -> {}).load())
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(
            () ->
                VocabularyFile.sentencePiece()
                    .with(o -> o.string("tokenizer.ggml.tokens", "x"))
                    .load())
        .isInstanceOf(GgufException.class)
        .hasMessageContaining("tokenizer.ggml.tokens");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe-llama-bpe.gguf", "spm.gguf"})
  void aDamagedFileIsRefusedOrWorks(String name, @TempDir Path folder) throws Exception {
    byte[] whole;
    try (InputStream in =
        Objects.requireNonNull(TokenizersTest.class.getResourceAsStream(name), name)) {
      whole = in.readAllBytes();
    }
    Path path = folder.resolve(name);
    Random random = new Random(13);
    int refused = 0;
    for (int round = 0; round < 1_000; round++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 8); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(path, damaged);
      try (GgufFile file = GgufFile.open(path)) {
        Tokenizer tokenizer = Tokenizers.of(file);
        for (int token : tokenizer.encode(RandomText.of(random), random.nextBoolean())) {
          assertThat(tokenizer.piece(token)).isNotNull();
        }
      } catch (GgufException | UnsupportedTokenizerException e) {
        assertThat(e.getMessage()).contains(name).doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 999);
  }

  private static void assertRefused(VocabularyFile file, String constraint, String details) {
    Throwable refused = catchThrowable(file::load);
    assertThat(refused).isInstanceOf(UnsupportedTokenizerException.class);
    assertThat(Objects.requireNonNull(refused).getMessage())
        .startsWith(constraint)
        .contains(details)
        .doesNotContain("\n");
  }
}
