package updraft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SamplingOptions;
import updraft.request.TokenEvent;

/** The README's example of the engine as a library: it compiles, runs, and is what is printed. */
class ReadmeExampleTest {
  private static final Path README = Path.of("../README.md");
  private static final Path SOURCE = Path.of("src/test/java/updraft/engine/ReadmeExampleTest.java");

  @TempDir Path folder;

  // begin
  static GenerateResult answer(Path model, PrintStream out) {
    try (Engine engine = Engine.open(EngineOptions.builder(model).build())) {
      GenerateRequest request =
          GenerateRequest.builder(engine.encode("red green blue red green blue red", false))
              .maxTokens(32)
              .sampling(SamplingOptions.builder().temperature(0.8f).seed(7).build())
              .build();
      GenerateResult result = engine.submit(request, event -> print(event, out)).result().join();
      out.printf("%n%.2f tokens a round%n", result.speculation().acceptLength());
      return result;
    }
  }

  private static void print(TokenEvent event, PrintStream out) {
    switch (event) {
      case TokenEvent.Token token -> out.print(token.text());
      case TokenEvent.Finished end -> out.print(end.text());
    }
  }

  // end

  @Test
  void printsTheAnswerAsItComes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    GenerateResult result = answer(TinyModels.llama(folder), out);
    assertThat(result.completionTokens()).isBetween(1, 32);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith(result.choices().getFirst().text())
        .endsWith(" tokens a round" + System.lineSeparator());
  }

  @Test
  void isWhatTheReadmeShows() throws IOException {
    String source = Files.readString(SOURCE);
    String begin = "  // begin\n";
    String body =
        source.substring(source.indexOf(begin) + begin.length(), source.indexOf("  // end\n"));
    String shown =
        body.lines()
            .map(line -> line.startsWith("  ") ? line.substring(2) : line)
            .collect(Collectors.joining("\n"))
            .strip();
    assertThat(Files.readString(README)).contains(shown);
  }
}
