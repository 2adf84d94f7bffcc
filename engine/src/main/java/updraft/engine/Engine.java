package updraft.engine;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.Backends;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.WeightException;
import updraft.record.RequestLog;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.InvalidRequestException;
import updraft.request.SpeculationMethod;
import updraft.request.TokenEvent;
import updraft.schedule.Calibration;
import updraft.schedule.Generation;
import updraft.schedule.Scheduler;
import updraft.schedule.SchedulerOptions;
import updraft.schedule.Speculation;
import updraft.speculate.CostCurve;
import updraft.speculate.Drafters;
import updraft.speculate.Verifiers;
import updraft.text.ChatTemplate;
import updraft.text.Tokenizer;
import updraft.trace.EngineMetrics;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/**
 * A model that answers.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(EngineOptions.builder(Path.of("model.gguf")).build())) {
 *   int[] prompt = engine.encode("The quick brown fox", false);
 *   GenerateResult result = engine.generate(GenerateRequest.builder(prompt).maxTokens(32).build());
 *   System.out.println(result.choices().getFirst().text());
 * }
 * }</pre>
 *
 * <p>Thread-safe: requests may come from any number of threads and are batched together.
 */
public final class Engine implements AutoCloseable {
  /** Rows beside a prefill chunk: roots and drafts, each of which wants logits. */
  private static final int DRAFT_ROWS = 64;

  private final EngineOptions options;
  private final ModelConfig config;
  private final String modelName;
  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate template;
  private final Backend backend;
  private final Speculation speculation;
  private final Tracing tracing;
  private final Scheduler scheduler;
  private final int contextLength;
  private final long loadNanos;
  private final long warmupNanos;

  private Engine(
      EngineOptions options,
      GgufFile file,
      ModelConfig config,
      int contextLength,
      Backend backend,
      Tokenizer tokenizer,
      Drafters drafters,
      long start) {
    this.options = options;
    this.config = config;
    this.backend = backend;
    this.modelName = options.modelName();
    this.tokenizer = tokenizer;
    this.template = ChatTemplate.find(file, tokenizer).orElse(null);
    this.contextLength = contextLength;
    this.loadNanos = System.nanoTime() - start;
    this.tracing =
        new Tracing(
            options.openTelemetry(),
            TraceClock.SYSTEM,
            options.traceLevel(),
            new EngineMetrics(),
            new RequestLog(options.recentRequests()),
            options.recordRounds());
    backend.warmUp();
    CostCurve costs = new CostCurve();
    if (options.calibrate()) {
      Calibration.run(backend, costs);
    }
    this.speculation = new Speculation(drafters, Verifiers.of(options.verifier()), costs, tracing);
    this.scheduler =
        new Scheduler(
            new SchedulerOptions(
                modelName,
                contextLength,
                options.prefillChunk(),
                options.maxSequences(),
                options.queueCapacity(),
                options.prefixCache()),
            backend,
            tokenizer,
            speculation,
            tracing,
            TraceClock.SYSTEM);
    scheduler.start();
    this.warmupNanos = System.nanoTime() - start - loadNanos;
  }

  /**
   * Opens a model and warms it up.
   *
   * @throws updraft.model.GgufException if the file is damaged or not supported
   * @throws updraft.text.UnsupportedTokenizerException if its vocabulary is not supported
   * @throws IllegalArgumentException if an option does not suit the model or the machine
   */
  public static Engine open(EngineOptions options) {
    long start = System.nanoTime();
    try (GgufFile file = GgufFile.open(options.model());
        TokenizerLoad tokenizer = new TokenizerLoad(file)) {
      ModelConfig config = ModelConfig.of(file);
      int contextLength = contextLength(options, config);
      Backend backend = backend(options, file, config);
      try {
        Drafters drafters = new DrafterLoader(options, file, config, backend).load();
        return new Engine(
            options, file, config, contextLength, backend, tokenizer.get(), drafters, start);
      } catch (RuntimeException | Error e) {
        backend.close();
        throw e;
      }
    }
  }

  private static Backend backend(EngineOptions options, GgufFile file, ModelConfig config) {
    try {
      ModelWeights weights = ModelWeights.of(file, config);
      return Backends.open(options.backend(), config, weights, backendOptions(options));
    } catch (WeightException e) {
      throw e.in(options.model().toString());
    }
  }

  private static int contextLength(EngineOptions options, ModelConfig config) {
    if (options.contextLength() > config.contextLength()) {
      throw new IllegalArgumentException(
          "contextLength must be at most the model's: contextLength="
              + options.contextLength()
              + ", model="
              + config.contextLength());
    }
    return options.contextLength() == 0 ? config.contextLength() : options.contextLength();
  }

  private static BackendOptions backendOptions(EngineOptions options) {
    int logitsRows = DRAFT_ROWS + options.maxSequences();
    return new BackendOptions(
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads(),
        PageTable.pagesFor(options.keyValueTokens()),
        options.prefillChunk() + logitsRows,
        logitsRows,
        options.keyValueType(),
        options.lanes());
  }

  /** Token ids of a prompt, with the beginning-of-sequence token if the model wants one. */
  public int[] encode(String prompt, boolean parseSpecial) {
    return tokenizer.encodePrompt(prompt, parseSpecial);
  }

  /**
   * Accepts a request.
   *
   * @param listener hears of tokens as they are committed, on the engine thread: return quickly
   * @throws updraft.request.InvalidRequestException if it cannot be served as it stands
   * @throws updraft.schedule.QueueFullException if too many wait already
   * @throws updraft.schedule.EngineClosedException while closing
   */
  public Generation submit(GenerateRequest request, Consumer<TokenEvent> listener) {
    return scheduler.submit(request, listener);
  }

  /** Serves a request and waits for its result. */
  public GenerateResult generate(GenerateRequest request) {
    return scheduler.submit(request).result().join();
  }

  public EngineOptions options() {
    return options;
  }

  public ModelConfig config() {
    return config;
  }

  /** What the options call it. */
  public String modelName() {
    return modelName;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * @throws updraft.request.InvalidRequestException if the model has none
   */
  public ChatTemplate chatTemplate() {
    if (template == null) {
      throw new InvalidRequestException("messages", ChatTemplate.missing(modelName));
    }
    return template;
  }

  /** Whether requests may name this method; others are refused. */
  public boolean canDraft(SpeculationMethod method) {
    return speculation.serves(method);
  }

  /** Whether the model has a chat template. */
  public boolean chats() {
    return template != null;
  }

  /** Most tokens of a prompt and its answer. */
  public int contextLength() {
    return contextLength;
  }

  /** Most tokens that an answer to a prompt of this length may have; may be negative. */
  public int maxTokensAfter(int promptTokens) {
    int pageTokens = backend.pages() * PageTable.PAGE_SIZE;
    return Math.min(contextLength, pageTokens) - promptTokens;
  }

  /** One line on the backend that was chosen. */
  public String description() {
    return backend.description();
  }

  /** Why the last forward failed, a lost device for example, or null when it did not. */
  public @Nullable String trouble() {
    return scheduler.trouble();
  }

  public Tracing tracing() {
    return tracing;
  }

  public EngineMetrics metrics() {
    return tracing.metrics();
  }

  /** The last requests, and what was recorded of them. */
  public RequestLog requests() {
    return tracing.requests();
  }

  /** What reading and repacking the weights took. */
  public long loadNanos() {
    return loadNanos;
  }

  /** What warming up and calibrating took. */
  public long warmupNanos() {
    return warmupNanos;
  }

  /**
   * Refuses new requests and lets accepted ones end; aborts what is left after {@code grace}.
   * Idempotent.
   *
   * @throws IllegalStateException when a listener calls it
   */
  public void close(Duration grace) {
    scheduler.close(grace);
    speculation.close();
    backend.close();
  }

  /** Aborts what is being served. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
