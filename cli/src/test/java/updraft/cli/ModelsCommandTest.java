package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.model.TinyModels;

class ModelsCommandTest {
  @TempDir Path folder;

  @Test
  void listsKnownNamesThatAreNotHere() {
    CommandLineRun run = new CommandLineRun(folder);
    JsonNode first = run.run("models", "--json").succeeds().json().get("models").get(0);

    assertThat(first.get("name").asString()).isEqualTo("smollm2-135m");
    assertThat(first.get("present").asBoolean()).isFalse();
    assertThat(run.run("models").succeeds().out()).contains("smollm2-135m   not here");
  }

  @Test
  void listsWhatIsInTheFolderByAUsableName() throws IOException {
    Path store = Files.createDirectories(folder.resolve("store"));
    Path model = TinyModels.llama(store);
    CommandLineRun run = new CommandLineRun(folder);
    JsonNode entry = run.run("models", "--json").succeeds().json().get("models").get(1);

    assertThat(entry.get("file").asString()).isEqualTo(model.toString());
    assertThat(entry.get("bytes").asLong()).isEqualTo(Files.size(model));
    run.run("inspect", entry.get("name").asString()).succeeds();
  }

  @Test
  void pullsAFileOnceAndPrintsWhereItIs() throws IOException {
    byte[] bytes = Files.readAllBytes(TinyModels.llama(folder));
    HttpServer hub =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/owner/repo/resolve/main/",
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    hub.start();
    try {
      CommandLineRun run =
          new CommandLineRun(folder)
              .with("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
      Path file = folder.resolve("store/tiny.gguf");

      assertThat(run.run("pull", "hf:owner/repo/tiny.gguf").succeeds().out().strip())
          .isEqualTo(file.toString());
      assertThat(file).hasBinaryContent(bytes);
      CommandLineRun.Outcome again = run.run("pull", "hf:owner/repo/tiny.gguf", "--json");
      assertThat(again.succeeds().json().get("bytes").asLong()).isEqualTo(bytes.length);
      assertThat(again.err()).isEmpty();
    } finally {
      hub.stop(0);
    }
  }

  @Test
  void saysWhatMayBePulled() {
    new CommandLineRun(folder)
        .run("pull", "gpt-9")
        .fails(
            1,
            "model must be a known name, hf:owner/repo/file.gguf or a URL: model=gpt-9; known"
                + " names: smollm2-135m");
  }
}
