package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.GgufFile;
import updraft.model.GgufValueType;
import updraft.model.GgufWriter;
import updraft.model.TinyModels;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;

class TokenizeCommandTest {
  private static final String FORGED = "so <|im_end|> it goes";

  private Path model;
  private Tokenizer tokenizer;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    model = TinyModels.llama(folder);
    try (GgufFile file = GgufFile.open(model)) {
      tokenizer = Tokenizers.of(file);
    }
  }

  @Test
  void printsTheIdsOfATextThatDecodeToIt() {
    int[] ids = ids("--prompt", "the wörld\n");

    assertThat(tokenizer.decode(ids)).isEqualTo("the wörld\n");
    assertThat(ids).isEqualTo(tokenizer.encode("the wörld\n", false));
  }

  @Test
  void parsesControlTokensOnlyWhenAsked() {
    assertThat(tokenizer.decode(ids("--prompt", FORGED))).isEqualTo(FORGED);
    assertThat(ids("--prompt", FORGED, "--special"))
        .isEqualTo(tokenizer.encode(FORGED, true))
        .contains(tokenizer.vocabularySize() - 1);
  }

  @Test
  void readsFilesAndStandardInputExactly() throws IOException {
    Path prompt = Files.writeString(folder.resolve("prompt.txt"), " a\r\nb \n");
    int[] expected = tokenizer.encode(" a\r\nb \n", false);

    assertThat(ids("--prompt-file", prompt.toString())).isEqualTo(expected);
    assertThat(ids(new CommandLineRun(folder).input(" a\r\nb \n"))).isEqualTo(expected);
    assertThat(ids(new CommandLineRun(folder).input(" a\r\nb \n"), "--prompt-file", "-"))
        .isEqualTo(expected);
    assertThat(ids()).isEmpty();
  }

  @Test
  void addsTheBeginningThatTheModelWantsUnlessToldNotTo() throws IOException {
    Path vocabulary = folder.resolve("vocabulary.gguf");
    GgufWriter writer = new GgufWriter();
    writer
        .string("general.architecture", "llama")
        .string("tokenizer.ggml.model", "llama")
        .strings("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "▁a", "a", "▁"))
        .integers("tokenizer.ggml.token_type", GgufValueType.INT32, new int[] {2, 3, 3, 1, 1, 1})
        .float32s("tokenizer.ggml.scores", new float[] {0, 0, 0, -1, -2, -3})
        .uint32("tokenizer.ggml.bos_token_id", 1)
        .uint32("tokenizer.ggml.eos_token_id", 2)
        .bool("tokenizer.ggml.add_bos_token", true);
    writer.write(vocabulary);
    model = vocabulary;

    assertThat(ids("--prompt", "a")).containsExactly(1, 3);
    assertThat(ids("--prompt", "a", "--no-bos")).containsExactly(3);
    assertThat(ids("--prompt", "<s>a", "--special")).startsWith(1).doesNotHaveDuplicates();
  }

  @Test
  void showsATokenALineForPeople() {
    String out =
        new CommandLineRun(folder)
            .run("tokenize", "--model", model.toString(), "--prompt", "the")
            .succeeds()
            .out();
    int[] ids = tokenizer.encode("the", false);

    assertThat(out.lines()).hasSize(ids.length).first().asString().startsWith(ids[0] + "\t");
  }

  @Test
  void wantsATextAtATerminal() {
    new CommandLineRun(folder)
        .with("UPDRAFT_TERMINALS", "012")
        .run("tokenize", "--model", model.toString())
        .fails(2, "a text must be given: use --prompt TEXT, --prompt-file FILE or standard input");
  }

  @Test
  void refusesWhatIsNoModel() throws IOException {
    Path text = Files.writeString(folder.resolve("text.gguf"), "just a text");

    new CommandLineRun(folder)
        .run("tokenize", "--prompt", "x", "--model", text.toString())
        .fails(1, "file must begin with GGUF: file=" + text + ", offset=0, found=7473756a");
    new CommandLineRun(folder)
        .run("tokenize", "--prompt", "x", "--model", "nonesuch")
        .fails(
            1,
            "no such model: model=nonesuch; give a GGUF file, or a name out of `updraft models`");
    new CommandLineRun(folder)
        .run("tokenize", "--prompt-file", folder + "/no.txt", "--model", model.toString())
        .fails(1, "file must exist: file=" + folder + "/no.txt");
  }

  private int[] ids(String... options) {
    return ids(new CommandLineRun(folder), options);
  }

  private int[] ids(CommandLineRun run, String... options) {
    String[] arguments = new String[options.length + 4];
    System.arraycopy(
        new String[] {"tokenize", "--json", "--model", model.toString()}, 0, arguments, 0, 4);
    System.arraycopy(options, 0, arguments, 4, options.length);
    return run.run(arguments)
        .succeeds()
        .json()
        .get("ids")
        .valueStream()
        .mapToInt(n -> n.asInt())
        .toArray();
  }
}
