package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.model.TinyModels;

@Timeout(60)
class ServeCommandTest {
  private final LineWatch out = new LineWatch();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final HttpClient client = HttpClient.newHttpClient();
  private String model;
  private Thread serving;
  private FutureTask<Integer> status;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    model = TinyModels.llama(folder).toString();
  }

  @AfterEach
  void stop() throws Exception {
    if (serving != null) {
      serving.interrupt();
      serving.join();
    }
    client.close();
  }

  /** Opens a latch when its first line is complete. */
  private static final class LineWatch extends ByteArrayOutputStream {
    private final CountDownLatch line = new CountDownLatch(1);

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      if (toString(StandardCharsets.UTF_8).contains("\n")) {
        line.countDown();
      }
    }
  }

  @Test
  void saysWhereItListensAndServesUntilToldToStop() throws Exception {
    URI address = serve(new CommandLineRun(folder));

    assertThat(get(address.resolve("/health"), null).statusCode()).isEqualTo(200);
    assertThat(get(address.resolve("/v1/models"), null).body()).contains("tiny-llama-Q8_0");

    serving.interrupt();
    assertThat(status.get()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("draining: ").hasLineCount(1);
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
  }

  @Test
  void servesSeveralModelsByName() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("serve.properties"),
            "model = storm=" + model + ",breeze=" + model + "\nunload-after = 3600\n");
    URI address = start(new CommandLineRun(folder), "--port", "0", "--config", config.toString());

    assertThat(get(address.resolve("/health"), null).body())
        .contains("\"storm\":\"loaded\"", "\"breeze\":\"unloaded\"");
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/generate"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"prompt\": \"a\", \"max_tokens\": 1, \"model\": \"breeze\"}"))
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
        .startsWith("{\"model\":\"breeze\"");
    assertThat(get(address.resolve("/health"), null).body()).contains("\"breeze\":\"loaded\"");
  }

  @Test
  void refusesModelsThatCannotBeServedTogether() {
    new CommandLineRun(folder)
        .run("serve", "--model", model, "--model", model)
        .fails(2, "models must have different names: name=tiny-llama-Q8_0; give it as NAME=FILE");
    new CommandLineRun(folder)
        .run("serve", "--model", "a=" + model, "-m", "b=" + model, "--draft-model", model)
        .fails(
            2,
            "--draft-model must go with one model: --draft-model="
                + model
                + "; of several models each finds its own beside it or in models/");
    new CommandLineRun(folder)
        .run("serve", "--model", model, "--model-memory", "-1")
        .fails(2, "--model-memory must not be negative: --model-memory=-1");
  }

  @Test
  void asksForTheKeyOfAFileOrVariable() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "tornado\n");
    URI address =
        serve(
            new CommandLineRun(folder).with("UPDRAFT_API_KEY", "not this one"),
            "--api-key-file",
            key.toString());

    assertThat(get(address.resolve("/v1/models"), null).statusCode()).isEqualTo(401);
    assertThat(get(address.resolve("/v1/models"), "not this one").statusCode()).isEqualTo(401);
    assertThat(get(address.resolve("/v1/models"), "tornado").statusCode()).isEqualTo(200);
  }

  @Test
  void takesOptionsFromTheCommandLineThenVariablesThenAFile() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("serve.properties"),
            "port = 1000\nqueue = 5\nmax-sequences=3\ninsecure = true\ncors-origin = a,b\n");
    CommandLineRun run =
        new CommandLineRun(folder).with("UPDRAFT_PORT", "2000").with("UPDRAFT_QUEUE", "6");
    String shown =
        run.run("serve", "--config", config.toString(), "--port", "3000", "--print-config")
            .succeeds()
            .out();

    assertThat(shown)
        .contains("# command line:\nport = 3000\n")
        .contains("# UPDRAFT_QUEUE:\nqueue = 6\n")
        .contains("# " + config + ":\nmax-sequences = 3\n")
        .contains("# " + config + ":\ninsecure = true\n")
        .contains("cors-origin = a,b\n")
        .contains("host = 127.0.0.1\n");

    Path again = Files.writeString(folder.resolve("again.properties"), shown);
    String same =
        new CommandLineRun(folder)
            .run("serve", "--config=" + again, "--print-config")
            .succeeds()
            .out();
    assertThat(same.replaceAll("(?m)^# .*:\n", "")).isEqualTo(shown.replaceAll("(?m)^# .*:\n", ""));
  }

  @Test
  void refusesConfigurationsThatNameWhatIsNoOption() throws IOException {
    Path config = Files.writeString(folder.resolve("serve.properties"), "prot = 1\n");
    new CommandLineRun(folder)
        .run("serve", "--config", config.toString())
        .fails(2, "a configuration must name options of serve: file=" + config + ", name=prot");
  }

  @Test
  void saysThatAPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new CommandLineRun(folder)
          .run("serve", "--model", model, "--port", "" + taken.getLocalPort())
          .fails(
              1,
              "cannot listen on 127.0.0.1:"
                  + taken.getLocalPort()
                  + " (Address already in use); choose another port with --port, or 0 for a free"
                  + " one");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 70000 | port must be in [0, 65535]: port=70000",
        "--max-body 0 | maxBodyBytes must be in [1, 67108864]: maxBodyBytes=0",
        "--drain-timeout -1 | --drain-timeout must be in [0, 1000000000] seconds:"
            + " --drain-timeout=-1.0",
        "--max-sequences 0 | maxSequences must be at least 1: maxSequences=0",
        "--queue 0 | queueCapacity must be at least 1: queueCapacity=0",
        "--host 0.0.0.0 | an address that other machines reach must have a key: --host=0.0.0.0; set"
            + " --api-key-file or UPDRAFT_API_KEY, or say --insecure",
      })
  void refusesOptionsOutOfRange(String options, String message) {
    new CommandLineRun(folder)
        .run(("serve --model " + model + " " + options).split(" +"))
        .fails(2, message);
  }

  @Test
  void refusesAnEmptyKey() throws IOException {
    Path key = Files.writeString(folder.resolve("key"), "\n");

    new CommandLineRun(folder)
        .run("serve", "--api-key-file", key.toString())
        .fails(2, "the key must not be empty: --api-key-file=" + key);
    new CommandLineRun(folder)
        .with("UPDRAFT_API_KEY", " ")
        .run("serve")
        .fails(2, "the key must not be empty: UPDRAFT_API_KEY");
  }

  private URI serve(CommandLineRun line, String... options) throws Exception {
    String[] arguments = new String[options.length + 5];
    System.arraycopy(new String[] {"serve", "--model", model, "--port", "0"}, 0, arguments, 0, 5);
    System.arraycopy(options, 0, arguments, 5, options.length);
    return start(line, arguments);
  }

  private URI start(CommandLineRun line, String... options) throws Exception {
    String[] arguments =
        options[0].equals("serve")
            ? options
            : Stream.concat(Stream.of("serve"), Stream.of(options)).toArray(String[]::new);
    status = new FutureTask<>(() -> line.run(out, err, arguments));
    serving = Thread.ofPlatform().start(status);
    assertThat(out.line.await(50, TimeUnit.SECONDS)).as(err::toString).isTrue();
    String said = out.toString(StandardCharsets.UTF_8).strip();
    assertThat(said).matches("listening on http://127\\.0\\.0\\.1:\\d+");
    return URI.create(said.substring("listening on ".length()));
  }

  private HttpResponse<String> get(URI address, String key) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
