package updraft.engine;

import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.record.RequestLog;
import updraft.speculate.Verifiers;

/**
 * How an engine is set up. Immutable; start from {@link #builder}.
 *
 * @param model a GGUF file
 * @param name what the model is called in answers, spans and metrics; null for the file's name
 * @param draftModel a draft model or an EAGLE head, told apart by its architecture; null for none
 * @param heads directories in which a head of the model, or else a smaller file {@code
 *     *-draft.gguf} of its vocabulary, is looked for, when no draft model is named
 * @param coupledDrafts whether drafts of a sampled answer use its own noise
 * @param verifier what decides which drafts are kept; all but {@code coupled}, which keeps plain
 *     decoding's tokens, are for study
 * @param backend a backend's name, e.g. {@code cpu}
 * @param threads compute threads; 0 for one a processor
 * @param contextLength most tokens of a sequence; 0 for the model's own
 * @param keyValueTokens tokens whose keys and values fit at once, over all sequences; 0 lets the
 *     backend choose
 * @param keyValueType how keys and values are stored
 * @param lanes native, Vector API or scalar kernels; all give the same bits
 * @param prefillChunk most prompt tokens a step
 * @param maxSequences most sequences running at once
 * @param queueCapacity most requests waiting
 * @param prefixCache whether finished pages are kept for later prompts
 * @param calibrate whether the cost of rows is measured at start; without it the first rounds do
 * @param traceLevel 0 (off) to 3
 * @param openTelemetry where spans go
 * @param recentRequests ended requests that are kept to be looked into
 * @param recordRounds whether the rounds of all requests are recorded, not only of those that ask
 */
public record EngineOptions(
    Path model,
    @Nullable String name,
    @Nullable Path draftModel,
    List<Path> heads,
    boolean coupledDrafts,
    String verifier,
    String backend,
    int threads,
    int contextLength,
    int keyValueTokens,
    KeyValueType keyValueType,
    Lanes lanes,
    int prefillChunk,
    int maxSequences,
    int queueCapacity,
    boolean prefixCache,
    boolean calibrate,
    int traceLevel,
    OpenTelemetry openTelemetry,
    int recentRequests,
    boolean recordRounds) {

  public EngineOptions {
    atLeast("recentRequests", recentRequests, 0);
    heads = List.copyOf(heads);
    Verifiers.of(verifier); // refuses names that there are not
    atLeast("threads", threads, 0);
    atLeast("contextLength", contextLength, 0);
    atLeast("keyValueTokens", keyValueTokens, 0);
    atLeast("prefillChunk", prefillChunk, 1);
    atLeast("maxSequences", maxSequences, 1);
    atLeast("queueCapacity", queueCapacity, 1);
    if (traceLevel < 0 || traceLevel > 3) {
      throw new IllegalArgumentException("traceLevel must be in [0, 3]: traceLevel=" + traceLevel);
    }
  }

  private static void atLeast(String name, int value, int low) {
    if (value < low) {
      throw new IllegalArgumentException(
          name + " must be at least " + low + ": " + name + "=" + value);
    }
  }

  /** The name that was given, else the file's without its ending. */
  public String modelName() {
    if (name != null) {
      return name;
    }
    String file = String.valueOf(model.getFileName());
    return file.endsWith(".gguf") ? file.substring(0, file.length() - 5) : file;
  }

  public static Builder builder(Path model) {
    return new Builder(model);
  }

  /** Every setter returns this builder. */
  public static final class Builder {
    private final Path model;
    private @Nullable String name;
    private @Nullable Path draftModel;
    private List<Path> heads = List.of();
    private boolean coupledDrafts = true;
    private String verifier = "coupled";
    private String backend = "cpu";
    private int threads;
    private int contextLength;
    private int keyValueTokens;
    private KeyValueType keyValueType = KeyValueType.F16;
    private Lanes lanes = Lanes.AUTO;
    private int prefillChunk = 128;
    private int maxSequences = 16;
    private int queueCapacity = 256;
    private boolean prefixCache = true;
    private boolean calibrate = true;
    private int traceLevel;
    private OpenTelemetry openTelemetry = OpenTelemetry.noop();
    private int recentRequests = RequestLog.DEFAULT_REQUESTS;
    private boolean recordRounds;

    private Builder(Path model) {
      this.model = model;
    }

    public Builder name(@Nullable String value) {
      name = value;
      return this;
    }

    public Builder draftModel(@Nullable Path value) {
      draftModel = value;
      return this;
    }

    public Builder heads(List<Path> value) {
      heads = value;
      return this;
    }

    public Builder coupledDrafts(boolean value) {
      coupledDrafts = value;
      return this;
    }

    public Builder verifier(String value) {
      verifier = value;
      return this;
    }

    public Builder backend(String value) {
      backend = value;
      return this;
    }

    public Builder threads(int value) {
      threads = value;
      return this;
    }

    public Builder contextLength(int value) {
      contextLength = value;
      return this;
    }

    public Builder keyValueTokens(int value) {
      keyValueTokens = value;
      return this;
    }

    public Builder keyValueType(KeyValueType value) {
      keyValueType = value;
      return this;
    }

    public Builder lanes(Lanes value) {
      lanes = value;
      return this;
    }

    public Builder prefillChunk(int value) {
      prefillChunk = value;
      return this;
    }

    public Builder maxSequences(int value) {
      maxSequences = value;
      return this;
    }

    public Builder queueCapacity(int value) {
      queueCapacity = value;
      return this;
    }

    public Builder prefixCache(boolean value) {
      prefixCache = value;
      return this;
    }

    public Builder calibrate(boolean value) {
      calibrate = value;
      return this;
    }

    public Builder traceLevel(int value) {
      traceLevel = value;
      return this;
    }

    public Builder openTelemetry(OpenTelemetry value) {
      openTelemetry = value;
      return this;
    }

    public Builder recentRequests(int value) {
      recentRequests = value;
      return this;
    }

    public Builder recordRounds(boolean value) {
      recordRounds = value;
      return this;
    }

    public EngineOptions build() {
      return new EngineOptions(
          model,
          name,
          draftModel,
          heads,
          coupledDrafts,
          verifier,
          backend,
          threads,
          contextLength,
          keyValueTokens,
          keyValueType,
          lanes,
          prefillChunk,
          maxSequences,
          queueCapacity,
          prefixCache,
          calibrate,
          traceLevel,
          openTelemetry,
          recentRequests,
          recordRounds);
    }
  }
}
