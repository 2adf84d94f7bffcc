package updraft.bench.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import updraft.kernel.Kernels;
import updraft.kernel.MachineProbe;
import updraft.model.QuantType;

/** Runs the benchmarks of kernels in JVMs of their own, and reckons what they reach. */
public final class KernelBench {
  private static final List<String> NAMES = List.of("", "Product", "Attention");

  private KernelBench() {}

  /**
   * What one core reached.
   *
   * @param kernel with its parameters
   * @param micros a call
   * @param error of {@code micros}, half of JMH's 99.9 % interval
   * @param gigabytes weights, or keys and values, as stored, a second
   * @param gigaproducts multiplications a second, in 10^9
   */
  public record Line(
      String kernel, double micros, double error, double gigabytes, double gigaproducts) {}

  /**
   * @param probe what one core can do at most, if there are native kernels
   */
  public record Table(Optional<MachineProbe> probe, List<Line> lines) {}

  /**
   * Takes some minutes.
   *
   * @param only {@code Product} or {@code Attention}; empty for both
   * @param millis of an iteration, of which there are eight a line
   * @throws IllegalArgumentException if {@code only} names neither, or attention where there are no
   *     native kernels
   */
  public static Table run(String only, long millis) {
    if (!NAMES.contains(only)) {
      throw new IllegalArgumentException("--only must be Product or Attention: --only=" + only);
    }
    String problem = Kernels.nativeProblem();
    if (problem != null && only.equals("Attention")) {
      throw new IllegalArgumentException(
          "attention by tiles needs native kernels: " + problem + "; take --only Product");
    }
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("updraft.bench.kernel.*" + only)
            .verbosity(VerboseMode.SILENT)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementTime(TimeValue.milliseconds(millis))
            // or each of the JVMs warns of what JMH is made of
            .jvmArgsAppend("--sun-misc-unsafe-memory-access=allow")
            .shouldFailOnError(true);
    if (problem != null) {
      options.exclude(AttentionBenchmark.class.getName()).param("kernels", "vector");
    }
    Optional<MachineProbe> probe = MachineProbe.measure(1);
    try {
      Collection<RunResult> results = new Runner(options.build()).run();
      List<Line> lines = new ArrayList<>();
      results.forEach(result -> lines.add(line(result)));
      return new Table(probe, lines);
    } catch (RunnerException e) {
      throw new IllegalStateException("benchmarks must run: " + e.getMessage(), e);
    }
  }

  private static Line line(RunResult run) {
    Result<?> time = run.getPrimaryResult();
    double micros = time.getScore();
    double bytes;
    double products;
    String name;
    if (run.getParams().getParam("context") == null) {
      QuantType type = QuantType.valueOf(run.getParams().getParam("type"));
      int rows = Integer.parseInt(run.getParams().getParam("rows"));
      bytes = (double) ProductBenchmark.OUTPUTS * type.bytes(ProductBenchmark.COLUMNS);
      products = (double) rows * ProductBenchmark.OUTPUTS * ProductBenchmark.COLUMNS;
      name =
          "product, %s, %s, %d rows, %s"
              .formatted(
                  run.getParams().getParam("kernels"),
                  type,
                  rows,
                  run.getParams().getParam("weights"));
    } else {
      int rows = Integer.parseInt(run.getParams().getParam("rows"));
      int context = Integer.parseInt(run.getParams().getParam("context"));
      bytes = 2.0 * Short.BYTES * context * AttentionBenchmark.HEAD;
      products = 2.0 * rows * AttentionBenchmark.GROUP * context * AttentionBenchmark.HEAD;
      name = "attention, native, %d rows, context %d".formatted(rows, context);
    }
    return new Line(
        name, micros, time.getScoreError(), bytes / micros * 1e-3, products / micros * 1e-3);
  }
}
