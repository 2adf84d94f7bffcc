package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import updraft.forward.BackendOptions;
import updraft.forward.HashBackend;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.SpeculationOptions;
import updraft.request.TokenEvent;
import updraft.sample.SamplerScratch;
import updraft.sample.TokenSampler;
import updraft.sample.grammar.Grammars;
import updraft.sample.grammar.TokenTrie;
import updraft.speculate.CostCurve;
import updraft.speculate.Drafter;
import updraft.trace.EngineMetrics;
import updraft.trace.Tracing;

/**
 * A scheduler over a {@link HashBackend} that the test's own thread steps, with a clock, a drafter
 * and an exporter of the test's. Its answers are checked against a loop of one token after another.
 */
final class ServedEngine implements AutoCloseable {
  static final int VOCABULARY = 40;
  static final int EOS = VOCABULARY - 1;

  /** Steps after which a request is taken to hang. */
  private static final int MANY_STEPS = 20_000;

  final TickingClock clock = new TickingClock();
  final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  final LetterTokenizer tokenizer = new LetterTokenizer(VOCABULARY);
  final HashBackend backend;
  final Scheduler scheduler;
  private final OpenSpans openSpans = new OpenSpans();
  private final OpenTelemetrySdk sdk;
  private final Speculation speculation;

  /** How it is set up; change what matters. */
  static final class Setup {
    private int pages = 256;
    private int prefillChunk = 32;
    private int maxSequences = 16;
    private int queueCapacity = 64;
    private int logitsRows = 96;
    private boolean prefixCache = true;
    private int traceLevel;
    private Drafter drafter = new ScriptedDrafter(1, 0.7, VOCABULARY);

    Setup pages(int value) {
      pages = value;
      return this;
    }

    Setup prefillChunk(int value) {
      prefillChunk = value;
      return this;
    }

    Setup maxSequences(int value) {
      maxSequences = value;
      return this;
    }

    Setup queueCapacity(int value) {
      queueCapacity = value;
      return this;
    }

    Setup logitsRows(int value) {
      logitsRows = value;
      return this;
    }

    Setup prefixCache(boolean value) {
      prefixCache = value;
      return this;
    }

    Setup traceLevel(int value) {
      traceLevel = value;
      return this;
    }

    Setup drafter(Drafter value) {
      drafter = value;
      return this;
    }

    ServedEngine open() {
      return new ServedEngine(this);
    }
  }

  static Setup setup() {
    return new Setup();
  }

  private ServedEngine(Setup setup) {
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(openSpans)
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    Tracing tracing = new Tracing(sdk, clock, setup.traceLevel, new EngineMetrics());
    backend =
        new HashBackend(
            VOCABULARY,
            new BackendOptions(
                1,
                setup.pages,
                setup.prefillChunk + setup.logitsRows,
                setup.logitsRows,
                BackendOptions.KeyValueType.F32,
                BackendOptions.Lanes.SCALAR));
    speculation = new Speculation(setup.drafter, new CostCurve(), tracing);
    scheduler =
        new Scheduler(
            new SchedulerOptions(
                "hash",
                2048,
                setup.prefillChunk,
                setup.maxSequences,
                setup.queueCapacity,
                setup.prefixCache),
            backend,
            tokenizer,
            speculation,
            tracing,
            clock);
  }

  /** A request without an end before its limit, drafted for with trees of up to 11 nodes. */
  static GenerateRequest.Builder request(int... prompt) {
    return GenerateRequest.builder(prompt)
        .maxTokens(40)
        .ignoreEos(true)
        .speculation(SpeculationOptions.NGRAM);
  }

  /** A prompt of random tokens, without the last two of the vocabulary. */
  static int[] prompt(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] prompt = new int[length];
    for (int i = 0; i < length; i++) {
      prompt[i] = random.nextInt(EOS - 1);
    }
    return prompt;
  }

  /** A submitted request and what its listener heard. */
  final class Served {
    final List<TokenEvent> events = new ArrayList<>();
    final Generation generation;

    private Served(GenerateRequest request, Consumer<TokenEvent> also) {
      generation =
          scheduler.submit(
              request,
              event -> {
                events.add(event);
                also.accept(event);
              });
    }

    boolean done() {
      return generation.result().isDone();
    }

    GenerateResult result() {
      assertThat(done()).as("the request has ended").isTrue();
      return generation.result().join();
    }

    Choice choice() {
      return result().choices().getFirst();
    }

    List<Integer> tokens() {
      return choice().tokens();
    }

    FinishReason reason() {
      return choice().reason();
    }
  }

  Served submit(GenerateRequest request) {
    return submit(request, event -> {});
  }

  Served submit(GenerateRequest request, Consumer<TokenEvent> listener) {
    return new Served(request, listener);
  }

  Served serve(GenerateRequest request) {
    Served served = submit(request);
    run();
    return served;
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      scheduler.step();
    }
  }

  /** How many requests ended before this one. */
  int order(Served served) {
    List<String> ids =
        spans("text_completion hash").stream()
            .map(span -> span.getAttributes().get(AttributeKey.stringKey("gen_ai.response.id")))
            .toList();
    return ids.indexOf(served.generation.request().id());
  }

  /** Steps until nothing is left to do. */
  void run() {
    int steps = 0;
    while (scheduler.step()) {
      assertThat(++steps).as("steps").isLessThan(MANY_STEPS);
    }
  }

  private TokenTrie trie() {
    return new TokenTrie(VOCABULARY, tokenizer::bytes, tokenizer::isEndOfGeneration);
  }

  /** What decoding one token after another gives, without scheduler, pages or drafts. */
  List<Integer> naive(GenerateRequest request, int choice) {
    String grammar = request.grammar();
    TokenSampler sampler =
        new TokenSampler(
            request.sampling(),
            choice,
            request.prompt(),
            new SamplerScratch(VOCABULARY),
            grammar == null ? null : new Grammars(this::trie).path(grammar));
    int[] context = request.prompt();
    List<Integer> answer = new ArrayList<>();
    while (answer.size() < request.maxTokens()) {
      int token = sampler.choose(backend.logitsAfter(context), 0, context.length);
      answer.add(token);
      context = Arrays.copyOf(context, context.length + 1);
      context[context.length - 1] = token;
      if (token == EOS && !request.ignoreEos()) {
        break;
      }
    }
    return answer;
  }

  /** Tells a drafter what it will be about, so that some of its drafts are right. */
  void tell(ScriptedDrafter drafter, GenerateRequest request) {
    for (int choice = 0; choice < request.choices(); choice++) {
      int[] answer = naive(request, choice).stream().mapToInt(Integer::intValue).toArray();
      drafter.tell(request.prompt(), choice, request.sampling(), answer);
    }
  }

  /** Asserts that a request ended as the naive loop does. */
  void assertExact(Served served) {
    GenerateRequest request = served.generation.request();
    for (int choice = 0; choice < request.choices(); choice++) {
      Choice answer = served.result().choices().get(choice);
      assertThat(answer.error()).isNull();
      assertThat(answer.tokens()).as("choice " + choice).isEqualTo(naive(request, choice));
    }
  }

  /** Asserts that no sequence holds a page and no span is open. */
  void assertNothingLeft() {
    assertThat(scheduler.step()).as("something to do").isFalse();
    assertThat(scheduler.pagesUsed()).as("pages that sequences hold").isZero();
    assertThat(openSpans.spans).as("spans left open").isEmpty();
  }

  List<SpanData> spans(String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  /**
   * Asserts that all spans lie within their parents, and that only requests and steps have none.
   */
  void assertSpansWhole() {
    Map<String, SpanData> byId = new HashMap<>();
    for (SpanData span : exporter.getFinishedSpanItems()) {
      assertThat(byId.put(span.getSpanId(), span)).as("ended twice").isNull();
    }
    for (SpanData span : byId.values()) {
      assertThat(span.getStartEpochNanos()).isLessThanOrEqualTo(span.getEndEpochNanos());
      SpanData parent = byId.get(span.getParentSpanId());
      if (parent == null) {
        assertThat(span.getName()).as("without parent").matches("engine_step|.* hash");
        continue;
      }
      assertThat(span.getTraceId()).isEqualTo(parent.getTraceId());
      assertThat(span.getStartEpochNanos())
          .as("%s starts within %s", span.getName(), parent.getName())
          .isGreaterThanOrEqualTo(parent.getStartEpochNanos());
      assertThat(span.getEndEpochNanos())
          .as("%s ends within %s", span.getName(), parent.getName())
          .isLessThanOrEqualTo(parent.getEndEpochNanos());
    }
  }

  @Override
  public void close() {
    speculation.close();
    sdk.close();
  }

  private static final class OpenSpans implements SpanProcessor {
    final Set<String> spans = new LinkedHashSet<>();

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      spans.add(span.getName() + " " + span.getSpanContext().getSpanId());
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      spans.remove(span.getName() + " " + span.getSpanContext().getSpanId());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
