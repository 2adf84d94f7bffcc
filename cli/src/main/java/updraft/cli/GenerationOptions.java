package updraft.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.request.InvalidRequestException;
import updraft.request.NgramMatch;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** How tokens are chosen and drafted, and when an answer ends. */
final class GenerationOptions {
  /** Seeds that every JSON reader keeps exactly. */
  private static final long SEED_BOUND = 1L << 53;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens to generate. Default: 128, or what the context leaves.")
  private @Nullable Integer maxTokens;

  @Option(names = "--temperature", paramLabel = "T", description = "0 is greedy. Default: 0.")
  private float temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Keep the K likeliest; 0 keeps all.")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keep the likeliest that together reach probability P. Default: 1.")
  private float topP = 1;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Keep those at least P times as likely as the likeliest. Default: 0.")
  private float minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "F",
      description = "Divides logits of tokens seen before. Default: 1.")
  private float repetitionPenalty = 1;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      description = "Subtracted for each time a token was generated. Default: 0.")
  private float frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "F",
      description = "Subtracted once for a token that was generated. Default: 0.")
  private float presencePenalty;

  @Option(
      names = "--logit-bias",
      paramLabel = "TOKEN=BIAS",
      description = "Added to a token's logit, by id; may be repeated.")
  private Map<Integer, Float> logitBias = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same answer. Default: a random one.")
  private @Nullable Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the answer, and is not part of it; may be repeated.")
  private List<String> stop = List.of();

  @Option(names = "--ignore-eos", description = "Go on after an end-of-sequence token.")
  private boolean ignoreEos;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Longest an answer may take. Default: no limit.")
  private @Nullable Double timeoutSeconds;

  @Option(
      names = "--speculate",
      paramLabel = "METHOD",
      description =
          "Who drafts: auto, off, ngram, eagle, draft, ngram+eagle. Never changes the answer."
              + " Default: auto.")
  private String method = "auto";

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Most drafted tokens a round; 0 lets the engine choose.")
  private int nodes;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "Longest drafted path; 0 lets the drafter choose.")
  private int depth;

  @Option(
      names = "--topk",
      paramLabel = "K",
      description = "Most children of a drafted token; 0 lets the drafter choose.")
  private int topk;

  @Option(
      names = "--match",
      paramLabel = "ORDER",
      description = "Which repetitions to draft from: recency, frequency. Default: recency.")
  private String match = "recency";

  /**
   * A request with these options.
   *
   * @param operation the name of its span
   * @param tokenizeNanos what the prompt took to become tokens
   * @throws InvalidRequestException if an option is out of range
   */
  GenerateRequest.Builder request(
      Engine engine, int[] prompt, String operation, long tokenizeNanos) {
    return GenerateRequest.builder(prompt)
        .maxTokens(maxTokens(engine, prompt))
        .sampling(sampling())
        .speculation(speculation())
        .stop(stop)
        .ignoreEos(ignoreEos)
        .timeout(timeout())
        .trace(new TraceRequest(null, Map.of(), operation, tokenizeNanos, false));
  }

  /** Refuses values out of range before a model is loaded. */
  void check() {
    GenerateRequest.builder(0)
        .maxTokens(maxTokens == null ? 1 : maxTokens)
        .sampling(sampling())
        .speculation(speculation())
        .stop(stop)
        .timeout(timeout())
        .build();
  }

  private int maxTokens(Engine engine, int[] prompt) {
    if (maxTokens != null) {
      return maxTokens;
    }
    int room = engine.maxTokensAfter(prompt.length);
    return Math.clamp(room, 1, 128); // a prompt that leaves no room is refused with the numbers
  }

  private SamplingOptions sampling() {
    return SamplingOptions.builder()
        .temperature(temperature)
        .topK(topK)
        .topP(topP)
        .minP(minP)
        .repetitionPenalty(repetitionPenalty)
        .frequencyPenalty(frequencyPenalty)
        .presencePenalty(presencePenalty)
        .logitBias(logitBias)
        .seed(seed == null ? ThreadLocalRandom.current().nextLong(SEED_BOUND) : seed)
        .build();
  }

  private SpeculationOptions speculation() {
    NgramMatch order =
        switch (match) {
          case "recency" -> NgramMatch.RECENCY;
          case "frequency" -> NgramMatch.FREQUENCY;
          default ->
              throw new IllegalArgumentException(
                  "--match must be recency or frequency: --match=" + match);
        };
    return new SpeculationOptions(SpeculationMethod.of(method), nodes, depth, topk, order);
  }

  private @Nullable Duration timeout() {
    return timeoutSeconds == null ? null : Seconds.of("--timeout", timeoutSeconds);
  }
}
