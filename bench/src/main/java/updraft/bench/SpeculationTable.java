package updraft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Speculation by temperature, category and method; of a temperature the lines of all prompts
 * together come last, as category {@value #ALL}.
 *
 * @param model the file's name without its ending
 */
public record SpeculationTable(String model, List<Line> lines) {
  static final String ALL = "all";

  public SpeculationTable {
    lines = List.copyOf(lines);
  }

  /**
   * Sums over the runs of a category, except where medians are named.
   *
   * @param prompts different ones
   * @param acceptLength τ: 1 + accepted ÷ rounds
   * @param acceptRate accepted ÷ drafted
   * @param acceptanceByPosition of the rounds that took the first k drafted tokens of a path, the
   *     part that took one more; rounds without a draft count as having had one
   * @param tokensPerSecond decoded tokens ÷ the sum of the prompts' median decode times
   * @param speedup median over prompts of median decode time without ÷ with speculation
   * @param totalSpeedup the sum of the prompts' median decode times without ÷ with speculation
   * @param predictedSpeedup median of the budget policy's estimates
   * @param draftShare draft time ÷ (draft + verify time)
   * @param wastedCompute (drafted − accepted) ÷ (drafted + rounds)
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Line(
      float temperature,
      String category,
      String method,
      int prompts,
      int rounds,
      int drafted,
      int accepted,
      double acceptLength,
      double acceptRate,
      List<Double> acceptanceByPosition,
      double tokensPerSecond,
      double speedup,
      double totalSpeedup,
      double predictedSpeedup,
      double draftShare,
      double wastedCompute) {

    public Line {
      acceptanceByPosition = List.copyOf(acceptanceByPosition);
    }
  }

  static SpeculationTable of(String model, List<MethodRun> runs) {
    List<Line> lines = new ArrayList<>();
    group(runs, MethodRun::temperature)
        .forEach(
            (_, some) -> {
              group(some, run -> run.prompt().category())
                  .forEach((category, of) -> lines.addAll(lines(category, of)));
              lines.addAll(lines(ALL, some));
            });
    return new SpeculationTable(model, lines);
  }

  private static <K> Map<K, List<MethodRun>> group(
      List<MethodRun> runs, Function<MethodRun, K> key) {
    return runs.stream()
        .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
  }

  private static List<Line> lines(String category, List<MethodRun> runs) {
    Map<String, List<MethodRun>> methods = group(runs, MethodRun::method);
    Map<BenchPrompt, Double> plain = medianNanos(methods.getOrDefault(BenchMethod.OFF, List.of()));
    List<Line> lines = new ArrayList<>();
    methods.forEach((method, some) -> lines.add(line(category, method, some, plain)));
    return lines;
  }

  private static Line line(
      String category, String method, List<MethodRun> runs, Map<BenchPrompt, Double> plain) {
    Map<BenchPrompt, Double> nanos = medianNanos(runs);
    Map<BenchPrompt, Integer> tokens =
        runs.stream()
            .collect(
                Collectors.toMap(MethodRun::prompt, MethodRun::decodedTokens, (same, _) -> same));
    int rounds = runs.stream().mapToInt(run -> run.stats().rounds()).sum();
    int drafted = runs.stream().mapToInt(run -> run.stats().drafted()).sum();
    int accepted = runs.stream().mapToInt(run -> run.stats().accepted()).sum();
    long draftNanos = runs.stream().mapToLong(run -> run.stats().draftNanos()).sum();
    long verifyNanos = runs.stream().mapToLong(run -> run.stats().verifyNanos()).sum();
    return new Line(
        runs.getFirst().temperature(),
        category,
        method,
        nanos.size(),
        rounds,
        drafted,
        accepted,
        1 + ratio(accepted, rounds),
        ratio(accepted, drafted),
        acceptanceByPosition(runs),
        ratio(tokens.values().stream().mapToInt(Integer::intValue).sum(), sum(nanos) * 1e-9),
        speedup(plain, nanos),
        sum(nanos) == 0 ? 1 : sum(plain) / sum(nanos),
        Median.of(runs.stream().mapToDouble(run -> run.stats().predictedSpeedup()).toArray()),
        ratio(draftNanos, draftNanos + verifyNanos),
        ratio(drafted - accepted, drafted + rounds));
  }

  private static List<Double> acceptanceByPosition(List<MethodRun> runs) {
    int longest = runs.stream().mapToInt(run -> run.stats().histogram().size()).max().orElse(0);
    double[] atLeast = new double[longest + 1];
    for (MethodRun run : runs) {
      List<Integer> histogram = run.stats().histogram();
      for (int accepted = 0; accepted < histogram.size(); accepted++) {
        for (int k = 0; k <= accepted; k++) {
          atLeast[k] += histogram.get(accepted);
        }
      }
    }
    return IntStream.range(1, longest)
        .takeWhile(k -> atLeast[k] > 0)
        .mapToObj(k -> atLeast[k] / atLeast[k - 1])
        .toList();
  }

  private static double sum(Map<BenchPrompt, Double> nanos) {
    return nanos.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Answers of a single token took no time to decode and say nothing; 1 if all are such. */
  private static double speedup(Map<BenchPrompt, Double> plain, Map<BenchPrompt, Double> nanos) {
    double[] ratios =
        nanos.entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .mapToDouble(entry -> plain.getOrDefault(entry.getKey(), 0.0) / entry.getValue())
            .toArray();
    return ratios.length == 0 ? 1 : Median.of(ratios);
  }

  private static Map<BenchPrompt, Double> medianNanos(List<MethodRun> runs) {
    Map<BenchPrompt, Double> medians = new LinkedHashMap<>();
    group(runs, MethodRun::prompt)
        .forEach(
            (prompt, some) ->
                medians.put(
                    prompt,
                    Median.of(some.stream().mapToDouble(MethodRun::decodeNanos).toArray())));
    return medians;
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
