package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's files as a browser gets them. */
class PageRoutesTest {
  @TempDir Path folder;

  /** Every file of the page, as the server names it. */
  private static List<String> files() throws IOException, URISyntaxException {
    URL index = Objects.requireNonNull(PageRoutes.class.getResource("page/index.html"));
    Path root = Objects.requireNonNull(Path.of(index.toURI()).getParent());
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(name -> !name.equals("index.html"))
          .toList();
    }
  }

  @Test
  void everyFileIsServedUnderAPolicyThatRunsOnlyTheServersScripts() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      assertThat(files()).contains("js/main.js", "vendor/uplot/LICENSE");
      for (String path :
          Stream.concat(Stream.of("/"), files().stream().map("/page/"::concat)).toList()) {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        assertThat(header(response, "Content-Security-Policy"))
            .as(path)
            .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
            .contains("require-trusted-types-for 'script'")
            .doesNotContain("unsafe");
        assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
      }
      assertThat(header(server.get("/"), "Content-Type")).startsWith("text/html");
      assertThat(header(server.get("/page/js/main.js"), "Content-Type"))
          .startsWith("text/javascript");
    }
  }

  @Test
  void namesNoAddressButItsOwn() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      for (String name : files()) {
        if (!name.startsWith("vendor/")) {
          assertThat(server.get("/page/" + name).body().replace("http://www.w3.org/2000/svg", ""))
              .as(name)
              .doesNotContain("http://", "https://", "innerHTML", "eval(");
        }
      }
    }
  }

  @Test
  void isNotSentAgainWhileItIsTheSame() {
    try (TestServer server = TestServer.start(folder)) {
      String tag = header(server.get("/"), "ETag");
      HttpResponse<String> again =
          server.send(server.request("/").header("If-None-Match", tag).build());
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      HttpResponse<String> other =
          server.send(server.request("/").header("If-None-Match", "\"other\"").build());
      assertThat(other.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void leadsNowhereElse() {
    try (TestServer server = TestServer.start(folder)) {
      for (String path :
          List.of(
              "/page/",
              "/page/nothing.js",
              "/page/js",
              "/page/../UpdraftServer.class",
              "/page/%2e%2e/UpdraftServer.class",
              "/page/..%2fUpdraftServer.class",
              "/page/js/..%5c..%5cx.js")) {
        assertThat(server.get(path).statusCode()).as(path).isIn(400, 404);
      }
    }
  }

  @Test
  void needsNoKeyAndOpensNothingElse() {
    try (TestServer server =
        TestServer.start(folder, e -> e, options -> options.withApiKey("secret"))) {
      assertThat(server.get("/").statusCode()).isEqualTo(200);
      assertThat(server.get("/page/js/main.js").statusCode()).isEqualTo(200);
      assertThat(server.get("/pages").statusCode()).isEqualTo(401);
      assertThat(server.get("/v1/models").statusCode()).isEqualTo(401);
    }
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
