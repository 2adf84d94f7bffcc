package updraft.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.engine.EngineOptions;

/** What a step costs by the number of its rows: how much drafting costs before it gains. */
public final class VerifyBench {
  private static final int PREFILL_TOKENS = 512;
  private static final int DECODE_TOKENS = 64;
  private static final int PREFILLS = 3;

  /** Rows that this bench takes at most; a request drafts at most 63 and its root. */
  public static final int MAX_ROWS = 64;

  private VerifyBench() {}

  /**
   * Medians in milliseconds.
   *
   * @param rows milliseconds of a step by number of rows, in the order asked for
   * @param prefillTokens tokens of the measured prompt
   * @param prefillMs of the whole prompt
   * @param decodeMsPerToken plain greedy decoding from {@code context} on
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Result(
      String cpu,
      String backend,
      int threads,
      int context,
      Map<Integer, Double> rows,
      int prefillTokens,
      double prefillMs,
      double decodeMsPerToken) {}

  /**
   * @param rows numbers of rows to time, each in [1, 64]
   * @param context tokens before the first row
   * @param repetitions timed steps a number of rows
   * @throws IllegalArgumentException if rows, context or repetitions do not suit the model
   */
  public static Result run(
      EngineOptions options, List<Integer> rows, int context, int repetitions) {
    check(rows, context, repetitions);
    int maxRows = rows.stream().mapToInt(Integer::intValue).max().orElseThrow();
    int positions = context + Math.max(maxRows, DECODE_TOKENS);
    try (ForwardTimer timer =
        ForwardTimer.open(options, Math.max(positions, PREFILL_TOKENS), maxRows)) {
      Map<Integer, Double> milliseconds = new LinkedHashMap<>();
      for (int count : rows) {
        milliseconds.put(count, timer.verify(count, context, repetitions));
      }
      return new Result(
          Machine.cpu(),
          timer.description(),
          timer.threads(),
          context,
          milliseconds,
          PREFILL_TOKENS,
          Median.of(PREFILLS, () -> timer.prefill(PREFILL_TOKENS)),
          Median.of(PREFILLS, () -> timer.decode(context, DECODE_TOKENS)));
    }
  }

  private static void check(List<Integer> rows, int context, int repetitions) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows must name at least one number: rows=[]");
    }
    for (int count : rows) {
      if (count < 1 || count > MAX_ROWS) {
        throw new IllegalArgumentException("rows must be in [1, " + MAX_ROWS + "]: rows=" + count);
      }
    }
    if (context < 0) {
      throw new IllegalArgumentException("context must be at least 0: context=" + context);
    }
    if (repetitions < 1) {
      throw new IllegalArgumentException(
          "repetitions must be at least 1: repetitions=" + repetitions);
    }
  }
}
