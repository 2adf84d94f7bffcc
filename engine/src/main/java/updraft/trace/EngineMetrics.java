package updraft.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.function.IntToDoubleFunction;
import updraft.request.FinishReason;
import updraft.request.SpeculationOptions;

/**
 * What Prometheus reads of an engine, fed by the calls that make spans. Names are those that
 * dashboards know: vLLM's for speculation, OpenTelemetry's for latencies. One per engine,
 * thread-safe; what a step calls allocates nothing (histograms do, and are fed once a request).
 */
public final class EngineMetrics {
  private static final FinishReason[] REASONS = FinishReason.values();

  private final PrometheusRegistry registry;
  private final CounterDataPoint drafts;
  private final CounterDataPoint draftedTokens;
  private final CounterDataPoint acceptedTokens;
  private final CounterDataPoint[] acceptedByPosition =
      new CounterDataPoint[SpeculationOptions.MAX_NODES];
  private final CounterDataPoint draftSeconds;
  private final CounterDataPoint verifySeconds;
  private final CounterDataPoint[] finished = new CounterDataPoint[REASONS.length];
  private final CounterDataPoint promptTokens;
  private final CounterDataPoint cachedTokens;
  private final CounterDataPoint prefixHits;
  private final CounterDataPoint prefilledTokens;
  private final CounterDataPoint generatedTokens;
  private final CounterDataPoint preemptions;
  private final CounterDataPoint rejections;
  private final CounterDataPoint steps;
  private final CounterDataPoint rows;
  private final Gauge running;
  private final Gauge waiting;
  private final Gauge pagesUsed;
  private final Gauge pagesFree;
  private final RoundMetrics rounds;
  private final Histogram timeToFirstToken;
  private final Histogram timePerOutputToken;
  private final Histogram requestDuration;

  /** Registers with a registry of its own. */
  public EngineMetrics() {
    this(new PrometheusRegistry());
  }

  /**
   * @param registry without another engine's metrics
   */
  public EngineMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    drafts = counter("spec_decode_num_drafts", "Rounds with a draft").labelValues();
    draftedTokens =
        counter("spec_decode_num_draft_tokens", "Drafted tokens that were verified").labelValues();
    acceptedTokens =
        counter("spec_decode_num_accepted_tokens", "Drafted tokens accepted, the bonus excluded")
            .labelValues();
    Counter byPosition =
        counter(
            "spec_decode_num_accepted_tokens_per_pos",
            "Drafted tokens accepted, by place in the draft",
            "position");
    for (int i = 0; i < acceptedByPosition.length; i++) {
      acceptedByPosition[i] = byPosition.labelValues(Integer.toString(i));
    }
    draftSeconds = seconds("spec_decode_draft", "Time spent drafting");
    verifySeconds = seconds("spec_decode_verify", "Time spent in forwards and verification");
    Counter byReason = counter("updraft_finished", "Answers finished, by reason", "finish_reason");
    for (FinishReason reason : REASONS) {
      finished[reason.ordinal()] = byReason.labelValues(reason.wireName());
    }
    promptTokens =
        counter("updraft_prompt_tokens", "Tokens of prompts that got a first token").labelValues();
    cachedTokens =
        counter("updraft_cached_tokens", "Prompt tokens found in the prefix cache").labelValues();
    prefixHits =
        counter("updraft_prefix_cache_hits", "Prefills that began in the prefix cache")
            .labelValues();
    prefilledTokens =
        counter("updraft_prefilled_tokens", "Prompt tokens computed, again after a preemption too")
            .labelValues();
    generatedTokens = counter("updraft_generated_tokens", "Tokens generated").labelValues();
    preemptions =
        counter("updraft_preemptions", "Sequences that lost their pages and were run again")
            .labelValues();
    rejections =
        counter("updraft_queue_rejections", "Requests refused because the queue was full")
            .labelValues();
    steps = counter("updraft_steps", "Forwards of the engine").labelValues();
    rows = counter("updraft_rows", "Rows in the engine's forwards").labelValues();
    running = gauge("updraft_running_sequences", "Sequences being served");
    waiting = gauge("updraft_waiting_sequences", "Sequences waiting for their first forward");
    pagesUsed = gauge("updraft_pages_used", "Pages that hold keys and values");
    pagesFree = gauge("updraft_pages_free", "Pages that hold none");
    rounds = new RoundMetrics(registry);
    timeToFirstToken =
        latency("gen_ai_server_time_to_first_token", "Submission to first token", 0.001, 2, 17);
    timePerOutputToken =
        latency(
            "gen_ai_server_time_per_output_token",
            "Mean time per token after an answer's first",
            0.00025,
            Math.sqrt(2),
            25);
    requestDuration =
        latency("gen_ai_server_request_duration", "Submission to last token", 0.001, 2, 20);
  }

  /** What to expose; text exposition is the server's. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Sequences in the scheduler as of now. */
  public void sequences(int runningNow, int waitingNow) {
    running.set(runningNow);
    waiting.set(waitingNow);
  }

  /** Pages of keys and values as of now. */
  public void pages(int used, int free) {
    pagesUsed.set(used);
    pagesFree.set(free);
  }

  /** A request was refused because the queue was full. */
  public void rejected() {
    rejections.inc();
  }

  void step(int rowCount) {
    steps.inc();
    rows.inc(rowCount);
  }

  /** What a step costs by rows, asked for whenever somebody reads the metrics. */
  public void costs(IntToDoubleFunction secondsByRows) {
    rounds.costs(secondsByRows);
  }

  void round(String method, int drafted, int accepted) {
    rounds.round(method, drafted, accepted);
    if (drafted == 0) {
      return;
    }
    drafts.inc();
    draftedTokens.inc(drafted);
    acceptedTokens.inc(accepted);
    for (int i = 0; i < accepted; i++) {
      acceptedByPosition[i].inc();
    }
  }

  void batch(Stage stage, long nanos) {
    if (stage == Stage.SPEC_DRAFT) {
      draftSeconds.inc(nanos * 1e-9);
    } else if (stage == Stage.SPEC_VERIFY) {
      verifySeconds.inc(nanos * 1e-9);
    }
  }

  void cached(int tokens) {
    if (tokens > 0) {
      prefixHits.inc();
      cachedTokens.inc(tokens);
    }
  }

  void prefilled(int tokens) {
    prefilledTokens.inc(tokens);
  }

  void generated(int tokens) {
    generatedTokens.inc(tokens);
  }

  void preempted() {
    preemptions.inc();
  }

  void finished(FinishReason reason) {
    finished[reason.ordinal()].inc();
  }

  void firstToken(int prompt, long nanos, SpanContext request) {
    promptTokens.inc(prompt);
    observe(timeToFirstToken, nanos, request);
  }

  void timePerOutputToken(long nanos, SpanContext request) {
    observe(timePerOutputToken, nanos, request);
  }

  void requestDuration(long nanos, SpanContext request) {
    observe(requestDuration, nanos, request);
  }

  /** With the request's trace as the exemplar when it has one. */
  private static void observe(Histogram histogram, long nanos, SpanContext request) {
    if (request.isSampled()) {
      histogram.observeWithExemplar(
          nanos * 1e-9,
          Labels.of("trace_id", request.getTraceId(), "span_id", request.getSpanId()));
    } else {
      histogram.observe(nanos * 1e-9);
    }
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  private CounterDataPoint seconds(String name, String help) {
    return Counter.builder()
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .withoutExemplars()
        .register(registry)
        .labelValues();
  }

  private Gauge gauge(String name, String help) {
    return Gauge.builder().name(name).help(help).withoutExemplars().register(registry);
  }

  /** Classic buckets for text, and native ones of 2 % for those who ask in protobuf. */
  private Histogram latency(String name, String help, double first, double factor, int count) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .unit(Unit.SECONDS)
        .classicExponentialUpperBounds(first, factor, count)
        .withExemplars()
        .register(registry);
  }
}
