package updraft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.engine.EngineOptions;

/**
 * The same work by this engine and by llama.cpp, in turns, so that a busy or hot machine slows both
 * down alike: decoding after 64 tokens, steps of 1 to 16 rows after 256, a prompt of 512.
 */
public final class CompareBench {
  private static final int DECODE_CONTEXT = 64;
  private static final int DECODE_TOKENS = 64;
  private static final int VERIFY_CONTEXT = 256;
  private static final int VERIFY_STEPS = 10;
  private static final int[] ROWS = {1, 2, 4, 8, 16};
  private static final int PREFILL_TOKENS = 512;

  private CompareBench() {}

  /** Medians; {@code backend} says the vector width. */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Result(String cpu, String backend, int threads, List<Line> lines) {
    public Result {
      lines = List.copyOf(lines);
    }
  }

  /**
   * @param ratio the peer's milliseconds ÷ ours: above 1 we are ahead
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Line(String work, double oursMs, double peerMs, double ratio) {}

  /**
   * One round more than asked for is run; the first warms both up and does not count.
   *
   * @param python an interpreter that has the package llama_cpp
   * @throws BenchException if the peer does not start or dies
   */
  public static Result run(EngineOptions options, String python, int rounds)
      throws BenchException, InterruptedException {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1: rounds=" + rounds);
    }
    try (ForwardTimer ours = ForwardTimer.open(options, PREFILL_TOKENS, ROWS[ROWS.length - 1]);
        LlamaPeer peer = LlamaPeer.start(python, options.model(), ours.threads())) {
      Map<String, Pair> pairs = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        if (round == 1) {
          pairs.clear();
        }
        measure(ours, peer, pairs);
      }
      List<Line> lines = new ArrayList<>();
      pairs.forEach((work, pair) -> lines.add(pair.line(work)));
      return new Result(Machine.cpu(), ours.description(), ours.threads(), lines);
    }
  }

  private static void measure(ForwardTimer ours, LlamaPeer peer, Map<String, Pair> pairs)
      throws BenchException, InterruptedException {
    Pair decode = pairs.computeIfAbsent("decode, ms a token", _ -> new Pair());
    decode.ours.add(ours.decode(DECODE_CONTEXT, DECODE_TOKENS));
    decode.peer.add(peer.measure("decode", DECODE_CONTEXT, DECODE_TOKENS));
    for (int rows : ROWS) {
      Pair verify = pairs.computeIfAbsent("verify " + rows + " rows, ms", _ -> new Pair());
      verify.ours.add(ours.verify(rows, VERIFY_CONTEXT, VERIFY_STEPS));
      verify.peer.add(peer.measure("verify", rows, VERIFY_CONTEXT, VERIFY_STEPS));
    }
    Pair prefill = pairs.computeIfAbsent("prefill " + PREFILL_TOKENS + ", ms", _ -> new Pair());
    prefill.ours.add(ours.prefill(PREFILL_TOKENS));
    prefill.peer.add(peer.measure("prefill", PREFILL_TOKENS));
  }

  private static final class Pair {
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> peer = new ArrayList<>();

    Line line(String work) {
      double a = Median.of(ours);
      double b = Median.of(peer);
      return new Line(work, a, b, b / a);
    }
  }
}
