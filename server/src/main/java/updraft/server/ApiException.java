package updraft.server;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A refusal or failure in OpenAI's error shape, with its HTTP status. */
final class ApiException extends RuntimeException {
  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";

  /** Nobody reads this status, which is nginx's: the client closed its connection. */
  static final int CLIENT_GONE = 499;

  private final int status;
  private final String type;
  private final @Nullable String field;
  private final @Nullable String code;
  private final Map<String, String> headers;

  private ApiException(
      int status,
      String type,
      String message,
      @Nullable String field,
      @Nullable String code,
      Map<String, String> headers) {
    super(message);
    this.status = status;
    this.type = type;
    this.field = field;
    this.code = code;
    this.headers = headers;
  }

  /** 400, naming the field, or null when the body as a whole is wrong. */
  static ApiException badRequest(@Nullable String field, String message) {
    return refused(400, field, null, message);
  }

  /** Another status below 500. */
  static ApiException refused(
      int status, @Nullable String field, @Nullable String code, String message) {
    return new ApiException(status, INVALID, message, field, code, Map.of());
  }

  static ApiException unauthorized() {
    return new ApiException(
        401,
        "authentication_error",
        "the Authorization header must be 'Bearer KEY' with this server's key",
        null,
        "invalid_api_key",
        Map.of("WWW-Authenticate", "Bearer"));
  }

  static ApiException queueFull(String message) {
    return new ApiException(
        429, "rate_limit_error", message, null, "queue_full", Map.of("Retry-After", "1"));
  }

  static ApiException tooMany(String message) {
    return new ApiException(
        429, "rate_limit_error", message, null, "too_many_requests", Map.of("Retry-After", "1"));
  }

  static ApiException shuttingDown() {
    return new ApiException(
        503,
        SERVER,
        "the server is shutting down, try another one",
        null,
        "shutting_down",
        Map.of("Retry-After", "10"));
  }

  static ApiException modelUnavailable(String message) {
    return new ApiException(
        503, SERVER, message, "model", "model_unavailable", Map.of("Retry-After", "10"));
  }

  static ApiException timeout(String message) {
    return new ApiException(504, SERVER, message, null, "timeout", Map.of());
  }

  static ApiException failed(String message) {
    return new ApiException(500, SERVER, message, null, null, Map.of());
  }

  static ApiException clientGone() {
    return new ApiException(
        CLIENT_GONE, INVALID, "the client closed its connection", null, null, Map.of());
  }

  /** The same with one more header. */
  ApiException with(String header, String value) {
    return new ApiException(status, type, text(), field, code, Map.of(header, value));
  }

  int status() {
    return status;
  }

  @Nullable String field() {
    return field;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** The message, which every ApiException has. */
  String text() {
    return String.valueOf(getMessage());
  }

  /** OpenAI's error object. */
  Map<String, Object> body() {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("message", text());
    error.put("type", type);
    error.put("param", field);
    error.put("code", code);
    return Map.of("error", Collections.unmodifiableMap(error));
  }
}
