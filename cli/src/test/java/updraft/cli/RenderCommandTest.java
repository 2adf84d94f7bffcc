package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.GgufWriter;
import updraft.model.TinyModels;

class RenderCommandTest {
  private String messages;

  @TempDir Path folder;

  @BeforeEach
  void writeMessages() throws IOException {
    messages =
        write(
            "messages.json",
            "[{\"role\": \"system\", \"content\": \"be {{ brief }}\"}, {\"role\": \"user\","
                + " \"content\": \"wörld\", \"name\": null}]");
  }

  @Test
  void printsThePromptOfTheModelsTemplateExactly() {
    String model = TinyModels.llama(folder).toString();
    String conversation =
        "<|im_start|>system\nbe {{ brief }}<|im_end|>\n<|im_start|>user\nwörld<|im_end|>\n";

    assertThat(render("--model", model).succeeds().out())
        .isEqualTo(conversation + "<|im_start|>assistant\n");
    assertThat(render("--model", model, "--no-generation-prompt").succeeds().out())
        .isEqualTo(conversation);
    assertThat(render("--model", model, "--json").succeeds().json().get("prompt").asString())
        .isEqualTo(conversation + "<|im_start|>assistant\n");
  }

  @Test
  void takesATemplateFromAFileWithTheModelsTokensWhenOneIsNamed() throws IOException {
    String template =
        write("t.jinja", "{{ bos_token }}[{{ messages[1].content }}{{ tools | length }}]");
    String tools = write("tools.json", "[{\"type\": \"function\"}, {\"type\": \"function\"}]");

    assertThat(render("--template", template, "--tools", tools).succeeds().out())
        .isEqualTo("[wörld2]");
    String model = TinyModels.llama(folder).toString();
    assertThat(render("--template", template, "--tools", tools, "--model", model).succeeds().out())
        .isEqualTo("<|endoftext|>[wörld2]");
  }

  @Test
  void aTemplateThatRaisesFailsWithItsMessage() throws IOException {
    String template = write("t.jinja", "{{ raise_exception('roles must\\nalternate') }}");

    render("--template", template).fails(1, "roles must alternate");
  }

  @Test
  void saysWhereATemplateIsWrong() throws IOException {
    CommandLineRun.Outcome outcome = render("--template", write("t.jinja", "a\n{{ b ~ }}"));

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("updraft: chat template, line 2, column ");
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void refusesWhatAreNoMessages() throws IOException {
    String template = write("t.jinja", "x");
    messages = write("bad.json", "[{\"role\": ");
    CommandLineRun.Outcome outcome = render("--template", template);
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("updraft: file must be JSON: file=" + messages + ", line=1, column=");
    assertThat(outcome.err().lines()).hasSize(1);

    messages = write("object.json", "{}");
    render("--template", template)
        .fails(1, "messages must be a JSON array of objects: file=" + messages);

    messages = write("roleless.json", "[{\"content\": \"x\"}]");
    render("--template", template)
        .fails(1, "a message must have a role: role=null; file=" + messages);

    new CommandLineRun(folder)
        .run("render", "--template", template)
        .fails(2, "--messages must be given; see updraft render --help");
  }

  @Test
  void saysWhenAModelHasNoTemplate() throws IOException {
    Path vocabulary = folder.resolve("bare.gguf");
    new GgufWriter()
        .string("general.architecture", "llama")
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", "gpt-2")
        .strings("tokenizer.ggml.tokens", List.of("a", "b", "ab"))
        .strings("tokenizer.ggml.merges", List.of("a b"))
        .write(vocabulary);
    CommandLineRun.Outcome outcome = render("--model", vocabulary.toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("chat template", "model=" + vocabulary);
  }

  private CommandLineRun.Outcome render(String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "render";
    arguments[1] = "--messages";
    arguments[2] = messages;
    System.arraycopy(options, 0, arguments, 3, options.length);
    return new CommandLineRun(folder).run(arguments);
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }
}
