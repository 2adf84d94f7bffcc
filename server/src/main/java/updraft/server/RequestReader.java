package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.server.openai.AnswerFormat;
import updraft.server.openai.ChatMessages;
import updraft.server.openai.GenerationFields;
import updraft.server.openai.JsonFields;

/** What routes read of a request alike: body, prompt, options, trace. Thread-safe. */
final class RequestReader {
  /** A request may ask for its own trace level by this header or the field {@code trace_level}. */
  static final String TRACE_LEVEL_HEADER = "X-Trace-Level";

  private final Engine engine;
  private final Json json;
  private final ServerOptions options;
  private final Bodies bodies;

  RequestReader(Engine engine, Json json, Bodies bodies, ServerOptions options) {
    this.engine = engine;
    this.json = json;
    this.options = options;
    this.bodies = bodies;
  }

  /**
   * A prompt as token ids, and what it took.
   *
   * @param tokenizeNanos 0 when it came as ids
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never changed
  record Prompt(int[] tokens, long tokenizeNanos) {
    static Prompt timed(Supplier<int[]> tokenizer) {
      long start = System.nanoTime();
      int[] tokens = tokenizer.get();
      return new Prompt(tokens, System.nanoTime() - start);
    }
  }

  /** The body's fields. */
  JsonFields body(Context context) throws IOException {
    return bodies.of(context);
  }

  /**
   * A prompt that is a text or an array of token ids.
   *
   * @param special whether a text's spelling of control tokens is parsed
   */
  Prompt prompt(JsonFields body, boolean special) {
    JsonNode prompt = body.node("prompt");
    if (prompt != null && prompt.isArray() && !prompt.path(0).isString()) {
      return new Prompt(body.tokens("prompt"), 0);
    }
    List<String> texts = body.strings("prompt");
    if (texts.size() != 1) {
      throw ApiException.badRequest(
          "prompt", "prompt must be one text or one array of token ids: prompts=" + texts.size());
    }
    if (texts.getFirst().isEmpty()) {
      throw ApiException.badRequest("prompt", "prompt must not be empty");
    }
    return Prompt.timed(() -> engine.encode(texts.getFirst(), special));
  }

  /** A builder with every shared option applied. */
  GenerateRequest.Builder builder(
      Context context, JsonFields body, Prompt prompt, String operation, float temperature) {
    GenerateRequest.Builder request = GenerateRequest.builder(prompt.tokens());
    GenerationFields.apply(
        body, request, temperature, ThreadLocalRandom.current().nextLong(1L << 53));
    return request
        .id(RequestIds.of(context))
        .timeout(options.requestTimeout())
        .prediction(prediction(body))
        .trace(
            new TraceRequest(
                traceLevel(context, body),
                traceHeaders(context),
                operation,
                prompt.tokenizeNanos(),
                body.flag("debug", false)));
  }

  /** What the answer must look like. */
  AnswerFormat format(JsonFields body) {
    return AnswerFormat.of(body, json::plain);
  }

  /** OpenAI's {@code prediction}: text that the answer is expected to repeat. */
  private int[] prediction(JsonFields body) {
    JsonFields prediction = body.object("prediction");
    return prediction == null
        ? new int[0]
        : engine
            .tokenizer()
            .encode(
                ChatMessages.content(prediction.node("content"), prediction.path("content")),
                false);
  }

  private static @Nullable Integer traceLevel(Context context, JsonFields body) {
    if (body.has("trace_level")) {
      return body.integer("trace_level", 0);
    }
    String header = context.header(TRACE_LEVEL_HEADER);
    if (header == null) {
      return null;
    }
    if (!header.matches("[0-3]")) {
      throw ApiException.badRequest(
          TRACE_LEVEL_HEADER,
          TRACE_LEVEL_HEADER + " must be in [0, 3]: " + TRACE_LEVEL_HEADER + "=" + header);
    }
    return Integer.valueOf(header);
  }

  /** The caller's trace context, or that of the server's own span when there is one. */
  private static Map<String, String> traceHeaders(Context context) {
    Map<String, String> headers = new HashMap<>();
    for (String name : new String[] {"traceparent", "tracestate"}) {
      String value = context.attribute(name);
      if (value == null) {
        value = context.header(name);
      }
      if (value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }
}
