package updraft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import updraft.request.SpeculationMethod;

/**
 * Speculation by category and method; the lines of all prompts together come last, as category
 * {@value #ALL}.
 */
public record SpeculationTable(List<Line> lines) {
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
   * @param tokensPerSecond decoded tokens ÷ the sum of the prompts' median decode times
   * @param speedup median over prompts of median decode time without ÷ with speculation
   * @param predictedSpeedup median of the budget policy's estimates
   * @param draftShare draft time ÷ (draft + verify time)
   * @param wastedCompute (drafted − accepted) ÷ (drafted + rounds)
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Line(
      String category,
      String method,
      int prompts,
      int rounds,
      int drafted,
      int accepted,
      double acceptLength,
      double acceptRate,
      double tokensPerSecond,
      double speedup,
      double predictedSpeedup,
      double draftShare,
      double wastedCompute) {}

  static SpeculationTable of(List<MethodRun> runs) {
    Map<String, List<MethodRun>> categories = new LinkedHashMap<>();
    for (MethodRun run : runs) {
      categories.computeIfAbsent(run.prompt().category(), _ -> new ArrayList<>()).add(run);
    }
    List<Line> lines = new ArrayList<>();
    categories.forEach((category, some) -> lines.addAll(lines(category, some)));
    lines.addAll(lines(ALL, runs));
    return new SpeculationTable(lines);
  }

  private static List<Line> lines(String category, List<MethodRun> runs) {
    Map<BenchPrompt, Double> plain = medianNanos(of(SpeculationMethod.OFF, runs));
    return SpeculateBench.METHODS.stream()
        .map(method -> line(category, method, of(method, runs), plain))
        .toList();
  }

  private static Line line(
      String category,
      SpeculationMethod method,
      List<MethodRun> runs,
      Map<BenchPrompt, Double> plain) {
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
        category,
        method.wireName(),
        nanos.size(),
        rounds,
        drafted,
        accepted,
        1 + ratio(accepted, rounds),
        ratio(accepted, drafted),
        ratio(
            tokens.values().stream().mapToInt(Integer::intValue).sum(),
            nanos.values().stream().mapToDouble(Double::doubleValue).sum() * 1e-9),
        speedup(plain, nanos),
        Median.of(runs.stream().mapToDouble(run -> run.stats().predictedSpeedup()).toArray()),
        ratio(draftNanos, draftNanos + verifyNanos),
        ratio(drafted - accepted, drafted + rounds));
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

  private static List<MethodRun> of(SpeculationMethod method, List<MethodRun> runs) {
    return runs.stream().filter(run -> run.method() == method).toList();
  }

  private static Map<BenchPrompt, Double> medianNanos(List<MethodRun> runs) {
    Map<BenchPrompt, List<Double>> nanos = new LinkedHashMap<>();
    for (MethodRun run : runs) {
      nanos.computeIfAbsent(run.prompt(), _ -> new ArrayList<>()).add((double) run.decodeNanos());
    }
    Map<BenchPrompt, Double> medians = new LinkedHashMap<>();
    nanos.forEach((prompt, some) -> medians.put(prompt, Median.of(some)));
    return medians;
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
