package updraft.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Asks a server for its recorded requests.
 *
 * @param server its address, without a slash at the end
 * @param key it wants, or null
 */
record DebugClient(String server, @Nullable String key) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The id of the newest request that was recorded. */
  String newestRecorded() throws IOException, CommandException, InterruptedException {
    for (JsonNode request : get("/debug/requests").path("requests")) {
      if (request.path("recorded").asBoolean()) {
        return request.path("id").asString();
      }
    }
    throw new CommandException(
        "the server must have recorded a request: url="
            + server
            + "; send one with \"debug\": true, or start it with --record-rounds");
  }

  JsonNode request(String id) throws IOException, CommandException, InterruptedException {
    return get("/debug/requests/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
  }

  private JsonNode get(String path) throws IOException, CommandException, InterruptedException {
    URI uri;
    try {
      uri = URI.create(server + path);
    } catch (IllegalArgumentException e) {
      throw new CommandException("URL must be a server's address: url=" + server);
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      JsonNode body = Json.parse(response.body(), server);
      if (response.statusCode() != 200) {
        throw new CommandException(
            body.at("/error/message").asString("HTTP " + response.statusCode()));
      }
      return body;
    } catch (IOException e) {
      throw new CommandException("the server must be reachable: url=" + server + " (" + e + ")");
    }
  }
}
