package updraft.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationStats;

/** What a request's span says: of the request when it starts, of the answer at its end; no text. */
final class RequestSpan {
  private RequestSpan() {}

  static Span start(
      SpanEmitter emitter,
      GenerateRequest request,
      String model,
      Context parent,
      long startEpochNanos) {
    String operation = request.trace().operation();
    SpanBuilder builder = emitter.span(operation + " " + model, parent, startEpochNanos);
    builder.setSpanKind(SpanKind.INTERNAL);
    builder.setAttribute(SpanKeys.OPERATION, operation); // what a sampler may look at
    builder.setAttribute(SpanKeys.REQUEST_MODEL, model);
    Span span = emitter.start(builder);
    if (span.isRecording()) {
      asked(span, request);
    }
    return span;
  }

  /** The time before submission that the prompt's text took to become tokens. */
  static void tokenized(
      SpanEmitter emitter, GenerateRequest request, Context context, long endEpochNanos) {
    long start = endEpochNanos - request.trace().tokenizeNanos();
    LeafSpan span = emitter.leaf();
    span.begin(Stage.TOKENIZE.spanName(), context, start);
    span.number(SpanKeys.TOKENS, request.prompt().length);
    span.end(endEpochNanos);
  }

  private static void asked(Span span, GenerateRequest request) {
    SamplingOptions sampling = request.sampling();
    span.setAttribute(SpanKeys.PROVIDER, "updraft");
    span.setAttribute(SpanKeys.TEMPERATURE, (double) sampling.temperature());
    span.setAttribute(SpanKeys.TOP_P, (double) sampling.topP());
    span.setAttribute(SpanKeys.TOP_K, (double) sampling.topK());
    span.setAttribute(SpanKeys.MAX_TOKENS, request.maxTokens());
    span.setAttribute(SpanKeys.SEED, sampling.seed());
    span.setAttribute(SpanKeys.FREQUENCY_PENALTY, (double) sampling.frequencyPenalty());
    span.setAttribute(SpanKeys.PRESENCE_PENALTY, (double) sampling.presencePenalty());
    span.setAttribute(SpanKeys.CHOICE_COUNT, request.choices());
    if (!request.stop().isEmpty()) {
      span.setAttribute(SpanKeys.STOP_SEQUENCES, request.stop());
    }
  }

  static void answered(Span span, String model, GenerateResult result, int preemptions) {
    span.setAttribute(SpanKeys.RESPONSE_ID, result.id());
    span.setAttribute(SpanKeys.RESPONSE_MODEL, model);
    span.setAttribute(
        SpanKeys.FINISH_REASONS,
        result.choices().stream().map(choice -> choice.reason().wireName()).toList());
    span.setAttribute(SpanKeys.INPUT_TOKENS, result.promptTokens());
    span.setAttribute(SpanKeys.OUTPUT_TOKENS, result.completionTokens());
    span.setAttribute(SpanKeys.CACHE_READ_TOKENS, result.cachedTokens());
    span.setAttribute(SpanKeys.PREEMPTIONS, preemptions);
    speculated(span, result.speculation());
    for (GenerateResult.Choice choice : result.choices()) {
      status(span, choice.reason(), choice.error());
    }
  }

  static void failed(Span span, FinishReason reason, String error) {
    span.setAttribute(SpanKeys.FINISH_REASONS, List.of(reason.wireName()));
    status(span, reason, error);
  }

  private static void speculated(Span span, SpeculationStats stats) {
    span.setAttribute(SpanKeys.SPECULATION_METHOD, stats.method());
    span.setAttribute(SpanKeys.SPECULATION_ROUNDS, stats.rounds());
    span.setAttribute(SpanKeys.SPECULATION_DRAFTED, stats.drafted());
    span.setAttribute(SpanKeys.SPECULATION_ACCEPTED, stats.accepted());
    span.setAttribute(SpanKeys.SPECULATION_LENGTH, stats.acceptLength());
    span.setAttribute(SpanKeys.SPECULATION_RATE, stats.acceptRate());
    span.setAttribute(SpanKeys.SPECULATION_DRAFT_SECONDS, stats.draftNanos() * 1e-9);
    span.setAttribute(SpanKeys.SPECULATION_VERIFY_SECONDS, stats.verifyNanos() * 1e-9);
    span.setAttribute(SpanKeys.SPECULATION_WASTED, stats.drafted() - stats.accepted());
    span.setAttribute(SpanKeys.SPECULATION_SPEEDUP, stats.predictedSpeedup());
  }

  private static void status(Span span, FinishReason reason, @Nullable String error) {
    String failure = failure(reason, error);
    if (failure != null) {
      span.setAttribute(SpanKeys.ERROR_TYPE, reason.wireName());
      span.setStatus(StatusCode.ERROR, failure);
    }
  }

  static boolean succeeded(FinishReason reason) {
    return reason == FinishReason.STOP || reason == FinishReason.LENGTH;
  }

  /** What a span's status says of such an ending, or null for a success. */
  static @Nullable String failure(FinishReason reason, @Nullable String error) {
    if (succeeded(reason)) {
      return null;
    }
    return error == null ? reason.wireName() : error;
  }
}
