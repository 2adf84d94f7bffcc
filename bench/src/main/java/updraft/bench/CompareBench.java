package updraft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.engine.EngineOptions;
import updraft.kernel.MachineProbe;

/**
 * The same work by this engine and by llama.cpp, in turns, so that a busy or hot machine slows both
 * down alike. A round does all of it once on either side.
 */
public final class CompareBench {
  private static final int DECODE_CONTEXT = 64;
  private static final int DECODE_TOKENS = 64;
  private static final int VERIFY_CONTEXT = 256;
  private static final int VERIFY_STEPS = 10;
  private static final int[] ROWS = {1, 2, 4, 8, 16, 32};
  private static final int[] FEW_ROWS = {1, 8, 16};
  private static final int FEW_STEPS = 3;
  private static final int[] PREFILLS = {64, 512, 2048};
  private static final int SEQUENCES = 16;
  private static final int SEQUENCE_CONTEXT = 64;
  private static final int SEQUENCE_STEPS = 32;

  /** What can be measured. */
  public enum Part {
    /** Decoding, steps of several rows, prompts, many sequences: forwards alone. */
    STEPS,
    /** Some of those, for large models. */
    FEW,
    /** Answers to prompts, with speculation. */
    ANSWERS,
    /** From the start of a process to its first token, and the most memory it had. */
    START
  }

  private CompareBench() {}

  /**
   * @param backend says the kernels
   * @param features of the processor that kernels are chosen by
   * @param probe what the machine can do at most, or null without native kernels
   * @param weightBytes that decoding a token reads: the file's size
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Result(
      String cpu,
      String features,
      String backend,
      int threads,
      @Nullable MachineProbe probe,
      long weightBytes,
      List<Line> lines) {
    public Result {
      lines = List.copyOf(lines);
    }
  }

  /**
   * @param unit less is better
   * @param ratio the peer's median ÷ ours: above 1 we are ahead
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Line(String work, String unit, Spread ours, Spread peer, double ratio) {}

  /**
   * A round is all of it once on either side, after a warm-up of ours, which has code to compile.
   *
   * @param options with the context that there is room for: longer prompts are left out
   * @param python an interpreter that has the package llama_cpp
   * @param launcher what starts this program, or null when that is not measured
   * @throws BenchException if the peer does not start or dies
   */
  public static Result run(
      EngineOptions options, String python, int rounds, Set<Part> parts, @Nullable Path launcher)
      throws BenchException, InterruptedException, IOException {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1: rounds=" + rounds);
    }
    int threads =
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    MachineProbe probe = MachineProbe.measure(threads).orElse(null);
    List<Line> lines = new ArrayList<>();
    String backend = "";
    if (parts.contains(Part.FEW)) {
      try (ForwardTimer ours = ForwardTimer.open(options, VERIFY_CONTEXT + SEQUENCES, SEQUENCES);
          LlamaPeer peer = LlamaPeer.start(python, options.model(), threads)) {
        backend = ours.description();
        Pairs pairs = new Pairs();
        for (int round = 0; round < rounds; round++) {
          few(ours, peer, pairs);
        }
        lines.addAll(pairs.lines());
      }
    }
    if (parts.contains(Part.STEPS)) {
      int others = SEQUENCES * (SEQUENCE_CONTEXT + SEQUENCE_STEPS);
      try (ForwardTimer ours =
              ForwardTimer.open(
                  options, prefills(options).getLast(), ROWS[ROWS.length - 1], others);
          LlamaPeer peer = LlamaPeer.start(python, options.model(), threads)) {
        backend = ours.description();
        warmUp(ours);
        Pairs pairs = new Pairs();
        for (int round = 0; round < rounds; round++) {
          steps(ours, peer, prefills(options), pairs);
        }
        lines.addAll(pairs.lines());
      }
    }
    if (parts.contains(Part.ANSWERS)) {
      lines.addAll(CompareAnswers.run(options, python, threads, rounds));
    }
    if (parts.contains(Part.START) && launcher != null) {
      lines.addAll(CompareStart.run(options.model(), launcher, python, threads, rounds));
    }
    return new Result(
        Machine.cpu(),
        Machine.features(),
        backend,
        threads,
        probe,
        Files.size(options.model()),
        lines);
  }

  private static void few(ForwardTimer ours, LlamaPeer peer, Pairs pairs)
      throws BenchException, InterruptedException {
    decode(ours, peer, pairs, SEQUENCES);
    for (int rows : FEW_ROWS) {
      verify(ours, peer, pairs, rows, FEW_STEPS);
    }
    prefill(ours, peer, pairs, PREFILLS[0]);
  }

  private static void decode(ForwardTimer ours, LlamaPeer peer, Pairs pairs, int tokens)
      throws BenchException, InterruptedException {
    pairs.add(
        "decode after " + DECODE_CONTEXT,
        "ms",
        ours.decode(DECODE_CONTEXT, tokens),
        peer.measure("decode", DECODE_CONTEXT, tokens));
  }

  private static void verify(ForwardTimer ours, LlamaPeer peer, Pairs pairs, int rows, int steps)
      throws BenchException, InterruptedException {
    pairs.add(
        "step of " + rows + " rows after " + VERIFY_CONTEXT,
        "ms",
        ours.verify(rows, VERIFY_CONTEXT, steps),
        peer.measure("verify", rows, VERIFY_CONTEXT, steps));
  }

  private static void prefill(ForwardTimer ours, LlamaPeer peer, Pairs pairs, int tokens)
      throws BenchException, InterruptedException {
    pairs.add("prefill " + tokens, "ms", ours.prefill(tokens), peer.measure("prefill", tokens));
  }

  private static void warmUp(ForwardTimer ours) {
    ours.decode(DECODE_CONTEXT, DECODE_TOKENS);
    for (int rows : ROWS) {
      ours.verify(rows, VERIFY_CONTEXT, 1);
    }
    ours.prefill(PREFILLS[1]);
    ours.sequences(SEQUENCES, SEQUENCE_CONTEXT, SEQUENCE_STEPS);
  }

  /** Lengths of prompts that fit the context. */
  private static List<Integer> prefills(EngineOptions options) {
    return Arrays.stream(PREFILLS)
        .filter(tokens -> options.contextLength() == 0 || tokens <= options.contextLength())
        .boxed()
        .toList();
  }

  private static void steps(ForwardTimer ours, LlamaPeer peer, List<Integer> prefills, Pairs pairs)
      throws BenchException, InterruptedException {
    decode(ours, peer, pairs, DECODE_TOKENS);
    for (int rows : ROWS) {
      verify(ours, peer, pairs, rows, VERIFY_STEPS);
    }
    for (int tokens : prefills) {
      prefill(ours, peer, pairs, tokens);
    }
    pairs.add(
        "step of " + SEQUENCES + " sequences",
        "ms",
        ours.sequences(SEQUENCES, SEQUENCE_CONTEXT, SEQUENCE_STEPS),
        peer.measure("sequences", SEQUENCES, SEQUENCE_CONTEXT, SEQUENCE_STEPS));
  }
}
