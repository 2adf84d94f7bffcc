package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.speculate.CostCurve;
import updraft.speculate.NgramDrafter;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/**
 * Steady-state decoding with tracing off and nobody listening: scheduling, drafting, sampling and
 * verification allocate nothing. The forward has tests of its own.
 */
class DecodeAllocationTest {
  private static final int STEPS = 20;

  /** Looked up once: the look-up allocates. */
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  enum Kind {
    GREEDY(SamplingOptions.GREEDY, SpeculationOptions.OFF),
    SAMPLED(
        SamplingOptions.builder()
            .temperature(0.9f)
            .topP(0.9f)
            .repetitionPenalty(1.1f)
            .presencePenalty(0.2f)
            .logitBias(Map.of(5, 1f))
            .build(),
        SpeculationOptions.OFF),
    NGRAM(SamplingOptions.GREEDY, SpeculationOptions.NGRAM),
    AUTO(SamplingOptions.GREEDY, SpeculationOptions.AUTO);

    final SamplingOptions sampling;
    final SpeculationOptions speculation;

    Kind(SamplingOptions sampling, SpeculationOptions speculation) {
      this.sampling = sampling;
      this.speculation = speculation;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTokenAllocatesNothingOutsideTheForward(Kind kind, @TempDir Path directory) {
    try (GgufFile file = GgufFile.open(TinyModels.llama(directory))) {
      ModelConfig config = ModelConfig.of(file);
      BackendOptions options =
          new BackendOptions(
              1, 160, 192, 72, BackendOptions.KeyValueType.F16, BackendOptions.Lanes.SCALAR);
      Backend cpu = Backends.open("cpu", config, ModelWeights.of(file, config), options);
      try (MeasuredBackend backend = new MeasuredBackend(cpu)) {
        Scheduler scheduler = scheduler(backend, Tokenizers.of(file), config.contextLength());
        Generation first = scheduler.submit(request(kind, 1));
        Generation second = scheduler.submit(request(kind, 2));
        long least = Long.MAX_VALUE;
        while (least > 0 && !first.result().isDone() && !second.result().isDone()) {
          long before = allocated() - backend.inForward;
          for (int i = 0; i < STEPS; i++) {
            scheduler.step();
          }
          least = Math.min(least, allocated() - backend.inForward - before);
        }
        assertThat(least).as("bytes in %s steps, at the least", STEPS).isZero();
      }
    }
  }

  /** Keeps account of what its forwards allocate. */
  private static final class MeasuredBackend implements Backend {
    private final Backend backend;
    long inForward;

    MeasuredBackend(Backend backend) {
      this.backend = backend;
    }

    @Override
    public RowOutputs forward(RowBatch batch) {
      long before = allocated();
      RowOutputs outputs = backend.forward(batch);
      inForward += allocated() - before;
      return outputs;
    }

    @Override
    public void copySlot(int fromSlot, int toSlot) {
      backend.copySlot(fromSlot, toSlot);
    }

    @Override
    public String name() {
      return backend.name();
    }

    @Override
    public String description() {
      return backend.description();
    }

    @Override
    public int pages() {
      return backend.pages();
    }

    @Override
    public int maxRows() {
      return backend.maxRows();
    }

    @Override
    public int maxLogitsRows() {
      return backend.maxLogitsRows();
    }

    @Override
    public void warmUp() {
      backend.warmUp();
    }

    @Override
    public void captureHiddenStates(int... layers) {
      backend.captureHiddenStates(layers);
    }

    @Override
    public void close() {
      backend.close();
    }
  }

  private static Scheduler scheduler(Backend backend, Tokenizer tokenizer, int contextLength) {
    Tracing tracing = Tracing.off();
    return new Scheduler(
        new SchedulerOptions("tiny", contextLength, 64, 8, 8, true),
        backend,
        tokenizer,
        new Speculation(new NgramDrafter(), new CostCurve(), tracing),
        tracing,
        TraceClock.SYSTEM);
  }

  private static GenerateRequest request(Kind kind, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] prompt = new int[20];
    Arrays.setAll(prompt, i -> random.nextInt(200));
    return GenerateRequest.builder(prompt)
        .maxTokens(1000)
        .ignoreEos(true)
        .sampling(kind.sampling)
        .speculation(kind.speculation)
        .build();
  }

  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}
