package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * Names of span attributes: {@code gen_ai.*} by OpenTelemetry's conventions for generative models,
 * {@code accepted_tokens} as SGLang names it, the rest in a namespace of the engine's own.
 */
final class SpanKeys {
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
  static final AttributeKey<Double> TEMPERATURE =
      AttributeKey.doubleKey("gen_ai.request.temperature");
  static final AttributeKey<Double> TOP_P = AttributeKey.doubleKey("gen_ai.request.top_p");
  static final AttributeKey<Double> TOP_K = AttributeKey.doubleKey("gen_ai.request.top_k");
  static final AttributeKey<Long> MAX_TOKENS = AttributeKey.longKey("gen_ai.request.max_tokens");
  static final AttributeKey<Long> SEED = AttributeKey.longKey("gen_ai.request.seed");
  static final AttributeKey<List<String>> STOP_SEQUENCES =
      AttributeKey.stringArrayKey("gen_ai.request.stop_sequences");
  static final AttributeKey<Double> FREQUENCY_PENALTY =
      AttributeKey.doubleKey("gen_ai.request.frequency_penalty");
  static final AttributeKey<Double> PRESENCE_PENALTY =
      AttributeKey.doubleKey("gen_ai.request.presence_penalty");
  static final AttributeKey<Long> CHOICE_COUNT =
      AttributeKey.longKey("gen_ai.request.choice.count");
  static final AttributeKey<String> RESPONSE_ID = AttributeKey.stringKey("gen_ai.response.id");
  static final AttributeKey<String> RESPONSE_MODEL =
      AttributeKey.stringKey("gen_ai.response.model");
  static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<Long> CACHE_READ_TOKENS =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  static final AttributeKey<Long> ACCEPTED_TOKENS = AttributeKey.longKey("accepted_tokens");
  static final AttributeKey<Long> DRAFTED_TOKENS = AttributeKey.longKey("updraft.drafted_tokens");
  static final AttributeKey<Long> ROUND = AttributeKey.longKey("updraft.round");
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("updraft.method");
  static final AttributeKey<Long> NODES = AttributeKey.longKey("updraft.nodes");
  static final AttributeKey<Long> DEPTH = AttributeKey.longKey("updraft.depth");
  static final AttributeKey<Long> ROWS = AttributeKey.longKey("updraft.rows");
  static final AttributeKey<Long> BATCH_SIZE = AttributeKey.longKey("updraft.batch_size");
  static final AttributeKey<Long> SEQUENCES = AttributeKey.longKey("updraft.sequences");
  static final AttributeKey<Long> TOKENS = AttributeKey.longKey("updraft.tokens");
  static final AttributeKey<Long> CACHED_TOKENS = AttributeKey.longKey("updraft.cached_tokens");
  static final AttributeKey<Long> CHOICE = AttributeKey.longKey("updraft.choice");
  static final AttributeKey<Long> PREEMPTIONS = AttributeKey.longKey("updraft.preemptions");
  static final AttributeKey<String> END_REASON = AttributeKey.stringKey("updraft.end_reason");

  static final AttributeKey<String> SPECULATION_METHOD =
      AttributeKey.stringKey("updraft.speculation.method");
  static final AttributeKey<Long> SPECULATION_ROUNDS =
      AttributeKey.longKey("updraft.speculation.rounds");
  static final AttributeKey<Long> SPECULATION_DRAFTED =
      AttributeKey.longKey("updraft.speculation.drafted_tokens");
  static final AttributeKey<Long> SPECULATION_ACCEPTED =
      AttributeKey.longKey("updraft.speculation.accepted_tokens");
  static final AttributeKey<Double> SPECULATION_LENGTH =
      AttributeKey.doubleKey("updraft.speculation.accept_length");
  static final AttributeKey<Double> SPECULATION_RATE =
      AttributeKey.doubleKey("updraft.speculation.accept_rate");
  static final AttributeKey<Double> SPECULATION_DRAFT_SECONDS =
      AttributeKey.doubleKey("updraft.speculation.draft_seconds");
  static final AttributeKey<Double> SPECULATION_VERIFY_SECONDS =
      AttributeKey.doubleKey("updraft.speculation.verify_seconds");
  static final AttributeKey<Long> SPECULATION_WASTED =
      AttributeKey.longKey("updraft.speculation.wasted_tokens");
  static final AttributeKey<Double> SPECULATION_SPEEDUP =
      AttributeKey.doubleKey("updraft.speculation.predicted_speedup");

  static final AttributeKey<Long> DEVICE_LAUNCHES = AttributeKey.longKey("updraft.device.launches");
  static final AttributeKey<Long> DEVICE_LAUNCH_TIME =
      AttributeKey.longKey("updraft.device.launch_us");
  static final AttributeKey<Long> DEVICE_TRANSFER_TIME =
      AttributeKey.longKey("updraft.device.transfer_us");
  static final AttributeKey<Long> DEVICE_HOST_TIME = AttributeKey.longKey("updraft.device.host_us");
  static final AttributeKey<Long> DEVICE_BYTES_BACK =
      AttributeKey.longKey("updraft.device.bytes_back");

  private SpanKeys() {}
}
