package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;

class ExplainCommandTest {
  @TempDir Path folder;

  private CommandLineRun.Outcome recordedRun() {
    return new CommandLineRun(folder)
        .run(
            "run",
            "--model",
            TinyModels.llama(folder).toString(),
            "--threads",
            "1",
            "--prompt",
            "a rat a rat a rat a rat",
            "--max-tokens",
            "24",
            "--ignore-eos",
            "--speculate",
            "ngram",
            "--json",
            "--record-rounds")
        .succeeds();
  }

  private CommandLineRun.Outcome explain(String... arguments) {
    String[] line = new String[arguments.length + 1];
    line[0] = "explain";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    return new CommandLineRun(folder).run(line);
  }

  @Test
  void explainsASavedRun() throws IOException {
    CommandLineRun.Outcome run = recordedRun();
    Path file = Files.writeString(folder.resolve("run.json"), run.out());
    JsonNode why = run.json().at("/debug/explanation");

    CommandLineRun.Outcome told = explain(file.toString()).succeeds();

    assertThat(told.out()).contains("= speed-up", "× acceptance", "nodes  predicted");
    why.path("words").forEach(finding -> assertThat(told.out()).contains(finding.asString()));
    assertThat(explain(file.toString(), "--json").succeeds().json()).isEqualTo(why);
  }

  @Test
  void explainsARequestOfALiveServer() throws IOException {
    try (Engine engine =
        Engine.open(
            EngineOptions.builder(TinyModels.llama(folder)).threads(1).calibrate(false).build())) {
      UpdraftServer server = new UpdraftServer(engine, ServerOptions.onLoopback(0));
      String url = "http://127.0.0.1:" + server.start() + "/";
      try {
        explain(url)
            .fails(
                1,
                "the server must have recorded a request: url="
                    + url.substring(0, url.length() - 1)
                    + "; send one with \"debug\": true, or start it with --record-rounds");
        engine.generate(
            GenerateRequest.builder(engine.encode("a rat", false))
                .id("first")
                .trace(TraceRequest.NONE.withRecord(true))
                .build());
        engine.generate(
            GenerateRequest.builder(engine.encode("a rat", false)).id("second").build());

        assertThat(explain(url).succeeds().out()).startsWith("request first:");
        assertThat(explain(url, "first").succeeds().out()).startsWith("request first:");
        explain(url, "second")
            .fails(
                1,
                "the request must have been recorded: id=second; send it with \"debug\": true, or"
                    + " start the server with --record-rounds");
        explain(url, "third").fails(1, "id must be of one of the last 64 requests: id=third");
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void refusesWhatIsNoRecordedRun() throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), "{\"text\": \"x\"}");

    explain(file.toString())
        .fails(
            1,
            "file must be of a recorded run: file="
                + file
                + "; run it with --json --record-rounds");
  }

  @Test
  void recordingNeedsSomewhereToTellIt() {
    new CommandLineRun(folder)
        .run("run", "--record-rounds", "--prompt", "x")
        .fails(2, "--record-rounds must come with --json");
  }

  @Test
  void aServerThatIsNotThereIsSaidToBe() {
    CommandLineRun.Outcome told = explain("http://127.0.0.1:9");

    assertThat(told.status()).isEqualTo(1);
    assertThat(told.err())
        .startsWith("updraft: the server must be reachable: url=http://127.0.0.1:9 (");
    assertThat(told.err().lines()).hasSize(1);
  }
}
