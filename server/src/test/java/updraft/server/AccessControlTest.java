package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class AccessControlTest {
  private static final String SHORT =
      "{\"prompt\": \"a\", \"max_tokens\": 4, \"ignore_eos\": true, \"temperature\": 0}";

  @TempDir Path folder;

  private TestServer start(List<String> keys, int perKey, List<String> origins) {
    return TestServer.start(
        folder,
        engine -> engine,
        options -> options.withAccess(new AccessOptions(keys, perKey, origins)));
  }

  private static HttpRequest with(TestServer server, String key) {
    return server
        .request("/v1/completions")
        .header("Authorization", "Bearer " + key)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(SHORT))
        .build();
  }

  @Test
  void anyKeyOfSeveralOpensAndNothingElseDoes() {
    try (TestServer server = start(List.of("first", "zweiter-ü", "third"), 0, List.of())) {
      for (String key : List.of("first", "third")) {
        assertThat(server.send(with(server, key)).statusCode()).isEqualTo(200);
      }
      for (String key : List.of("firs", "firstt", "First", "first third", "")) {
        assertThat(server.send(with(server, key)).statusCode()).as(key).isEqualTo(401);
      }
      assertThat(server.post("/v1/completions", SHORT).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aKeyHasOnlySoManyRequestsUnderWayAndAnotherIsNotDisturbed() {
    try (TestServer server = start(List.of("greedy", "modest"), 2, List.of())) {
      Semaphore gate = PacedBackend.gate(server.backend);
      List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        sent.add(server.client.sendAsync(with(server, "greedy"), BodyHandlers.ofString()));
      }
      await().until(() -> sent.stream().filter(CompletableFuture::isDone).count() == 4);
      CompletableFuture<HttpResponse<String>> other =
          server.client.sendAsync(with(server, "modest"), BodyHandlers.ofString());
      gate.release(1000);
      assertThat(other.join().statusCode()).isEqualTo(200);
      assertThat(sent.stream().map(answer -> answer.join().statusCode()).sorted())
          .containsExactly(200, 200, 429, 429, 429, 429);
      JsonNode error =
          sent.stream()
              .map(CompletableFuture::join)
              .filter(answer -> answer.statusCode() == 429)
              .map(answer -> TestServer.json(answer.body()).path("error"))
              .findFirst()
              .orElseThrow();
      assertThat(error.path("message").asString())
          .isEqualTo("a key must have at most 2 requests under way");
      assertThat(server.send(with(server, "greedy")).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> fromOrigin(TestServer server, String method, String origin) {
    return server.send(
        server
            .request("/v1/models")
            .method(method, BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .build());
  }

  @Test
  void onlyNamedOriginsMayRead() {
    try (TestServer server = start(List.of("key"), 0, List.of("https://app.example"))) {
      HttpResponse<String> asked = fromOrigin(server, "OPTIONS", "https://app.example");
      assertThat(asked.statusCode()).isEqualTo(204);
      assertThat(asked.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://app.example");
      assertThat(asked.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
          .contains("Authorization");
      HttpResponse<String> other = fromOrigin(server, "OPTIONS", "https://evil.example");
      assertThat(other.statusCode()).isIn(401, 403);
      assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
    try (TestServer server = start(List.of(), 0, List.of())) {
      HttpResponse<String> answer = fromOrigin(server, "GET", "https://app.example");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  @Test
  void theLogTellsOfEachRequestAndOfNoContent() {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Logger logger = Logger.getLogger(AccessLog.NAME);
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(new SimpleFormatter().formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.setLevel(Level.INFO);
    logger.addHandler(handler);
    try (TestServer server =
        TestServer.start(folder, e -> e, o -> o.withApiKey("hidden-key").withAccessLog(true))) {
      HttpResponse<String> answer = server.send(with(server, "hidden-key"));
      server.get("/v1/models?prompt=private");
      await().until(() -> lines.size() == 2);
      assertThat(lines.getFirst())
          .matches("POST /v1/completions 200 \\d+ms key=1 id=.*")
          .endsWith(answer.headers().firstValue("X-Request-Id").orElseThrow());
      assertThat(lines.getLast()).matches("GET /v1/models 401 \\d+ms key=0 id=.*");
      assertThat(String.join("", lines)).doesNotContain("hidden-key", "private", "prompt");
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void servesHttpsAndNoticesClientsThatLeave() throws Exception {
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString())
            .redirectErrorStream(true)
            .start();
    openssl.getInputStream().readAllBytes();
    Assumptions.assumeTrue(openssl.waitFor() == 0, "openssl must make a certificate");
    TlsOptions tls = new TlsOptions(certificate, key);
    try (TestServer server = TestServer.start(folder, e -> e, o -> o.withTls(tls));
        HttpClient client = HttpClient.newBuilder().sslContext(trusting(tls)).build()) {
      URI uri = URI.create("https://127.0.0.1:" + server.port + "/v1/completions");
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(SHORT))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(TestServer.json(answer.body()).at("/usage/completion_tokens").asInt())
          .isEqualTo(4);
      assertThatThrownBy(() -> server.get("/health")).isInstanceOf(UncheckedIOException.class);
    }
  }

  private static SSLContext trusting(TlsOptions tls) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", tls.keyStore().getCertificate("updraft"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void filesThatHoldNoCertificateOrKeyAreRefusedInOneLine() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    assertThatThrownBy(() -> new TlsOptions(empty, empty).keyStore())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("a certificate");
    Path missing = folder.resolve("missing.pem");
    assertThatThrownBy(() -> new TlsOptions(missing, missing).keyStore())
        .isInstanceOf(IOException.class);
  }
}
