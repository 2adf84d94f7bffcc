package updraft.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.request.GenerateResult;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;

/**
 * What tracing takes off tokens a second: the same request again and again in blocks, each with
 * tracing off, at level 2, at level 3, and at level 3 but left out by the sampler. A round of
 * blocks has each once, and who comes first changes from round to round, so that what the machine
 * does meanwhile disturbs all alike; every block is compared with the one of its round that was
 * off.
 *
 * <p>Spans go wherever the options say; those of a block are exported while it runs and in the
 * pause after it. Answers are greedy and the drafter has seen them before it is timed, so that all
 * blocks do the same rounds.
 */
public final class TracingBench {
  /** A way to trace. */
  public enum Arm {
    OFF(0, true),
    LEVEL_2(2, true),
    LEVEL_3(3, true),
    SAMPLED_OUT(3, false);

    private final TraceRequest trace;

    Arm(int level, boolean sampled) {
      Map<String, String> headers =
          sampled
              ? Map.of()
              : Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
      this.trace = new TraceRequest(level, headers, "text_completion");
    }
  }

  private static final String PROMPT =
      "public final class Point {\n  private final int x;\n  private final int y;\n\n"
          + "  public int getX() {\n    return x;\n  }\n\n  public int getY() {\n";

  /** What the exporter still holds after a block is sent meanwhile. */
  private static final long PAUSE_MILLIS = 2500;

  private static final int WARM_UP_ROUNDS = 2;

  private final EngineOptions options;
  private final SpeculationOptions speculation;
  private final int maxTokens;
  private final long blockNanos;

  /**
   * @param options with spans going somewhere
   * @param maxTokens of an answer, at least 2
   * @param blockNanos how long a block generates, at least
   */
  public TracingBench(
      EngineOptions options, SpeculationOptions speculation, int maxTokens, long blockNanos) {
    if (maxTokens < 2) {
      throw new IllegalArgumentException("max_tokens must be at least 2: max_tokens=" + maxTokens);
    }
    this.options = options;
    this.speculation = speculation;
    this.maxTokens = maxTokens;
    this.blockNanos = blockNanos;
  }

  /**
   * @param tokens after the first of each answer
   * @param bytes allocated by the engine's thread
   * @param exporterNanos processor time of threads that are not the engine's, the pause included
   */
  private record Block(
      double tokensPerSecond, long tokens, long rounds, long bytes, long exporterNanos) {}

  /** Runs so many rounds of blocks, after two to warm up: the exporter is compiled late. */
  public TracingTable run(int rounds) throws InterruptedException {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1: rounds=" + rounds);
    }
    Map<Arm, List<Block>> blocks = new EnumMap<>(Arm.class);
    List<Arm> arms = new ArrayList<>(List.of(Arm.values()));
    Random order = new Random(1);
    try (Engine engine = Engine.open(options)) {
      int[] prompt = engine.encode(PROMPT, false);
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        Collections.shuffle(arms, order);
        for (Arm arm : arms) {
          Block block = block(engine, prompt, arm);
          if (round >= 0) {
            blocks.computeIfAbsent(arm, key -> new ArrayList<>()).add(block);
          }
        }
      }
    }
    return table(blocks);
  }

  private Block block(Engine engine, int[] prompt, Arm arm) throws InterruptedException {
    long exporter = -exporterNanos();
    long start = System.nanoTime();
    long bytes = -engineBytes();
    long tokens = 0;
    long rounds = 0;
    long decodeNanos = 0;
    while (System.nanoTime() - start < blockNanos) {
      GenerateResult result = engine.generate(request(prompt, arm));
      tokens += result.completionTokens() - 1;
      rounds += result.speculation().rounds();
      decodeNanos += result.timings().decodeNanos();
    }
    bytes += engineBytes();
    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    exporter += exporterNanos();
    return new Block(tokens / (decodeNanos / 1e9), tokens, rounds, bytes, exporter);
  }

  private GenerateRequest request(int[] prompt, Arm arm) {
    return GenerateRequest.builder(prompt)
        .maxTokens(maxTokens)
        .ignoreEos(true)
        .sampling(SamplingOptions.GREEDY)
        .speculation(speculation)
        .trace(arm.trace)
        .build();
  }

  private static long engineBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().equals("updraft-engine"))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getThreadId()))
        .sum();
  }

  private static long exporterNanos() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && !thread.getThreadName().matches("updraft.*|main"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  private static TracingTable table(Map<Arm, List<Block>> blocks) {
    List<Block> off = blocks.getOrDefault(Arm.OFF, List.of());
    List<TracingTable.Line> lines = new ArrayList<>();
    blocks.forEach(
        (arm, of) -> {
          double[] loss = new double[of.size()];
          for (int i = 0; i < loss.length; i++) {
            loss[i] = 1 - of.get(i).tokensPerSecond() / off.get(i).tokensPerSecond();
          }
          long tokens = of.stream().mapToLong(Block::tokens).sum();
          long rounds = of.stream().mapToLong(Block::rounds).sum();
          double rate = Median.of(of.stream().map(Block::tokensPerSecond).toList());
          lines.add(
              new TracingTable.Line(
                  arm.name().toLowerCase(Locale.ROOT),
                  rate,
                  (double) tokens / rounds,
                  1e3 * tokens / rounds / rate,
                  (double) of.stream().mapToLong(Block::bytes).sum() / tokens,
                  of.stream().mapToLong(Block::exporterNanos).sum() / 1e3 / rounds,
                  Median.of(loss),
                  Median.error(loss)));
        });
    return new TracingTable(Machine.cpu(), blocks.getOrDefault(Arm.OFF, List.of()).size(), lines);
  }
}
