package updraft.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.SpanSink;
import updraft.bench.TracingBench;
import updraft.bench.TracingTable;
import updraft.cli.models.ModelException;
import updraft.engine.EngineOptions;
import updraft.request.NgramMatch;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.trace.OpenTelemetrySetup;

/** {@code updraft bench tracing}: what tracing costs. */
@Command(
    name = "tracing",
    description =
        "Answer one prompt with tracing off and on, in turns, spans going to a receiver in a process"
            + " of its own, or where OTEL_EXPORTER_OTLP_ENDPOINT says.")
final class BenchTracingCommand implements Callable<Integer> {
  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--speculate",
      paramLabel = "METHOD",
      description = "Who drafts: ngram, draft, eagle. Default: ngram.")
  private String method = "ngram";

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Most drafted tokens a round; few make rounds short. Default: 4.")
  private int nodes = 4;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Tokens of an answer. Default: 256.")
  private int maxTokens = 256;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long a block of answers takes, at least. Default: 2.")
  private double seconds = 2;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Times that each way to trace has its turn. Default: 20.")
  private int rounds = 20;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Mixin private final EngineFlags flags = new EngineFlags();

  BenchTracingCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, InterruptedException {
    if (terminal.environment().containsKey(ENDPOINT)) {
      run(terminal.environment());
    } else {
      try (SpanSink sink = SpanSink.start()) {
        Map<String, String> environment = new HashMap<>(terminal.environment());
        environment.put(ENDPOINT, sink.endpoint());
        run(environment);
      }
    }
    return 0;
  }

  private void run(Map<String, String> environment)
      throws IOException, ModelException, InterruptedException {
    SpeculationOptions speculation =
        new SpeculationOptions(SpeculationMethod.of(method), nodes, 0, 0, NgramMatch.RECENCY);
    try (OpenTelemetrySetup telemetry = OpenTelemetrySetup.of(environment)) {
      EngineOptions options =
          flags
              .options(model.file(terminal), 0, terminal)
              .openTelemetry(telemetry.openTelemetry())
              .build();
      TracingTable table =
          new TracingBench(
                  options, speculation, maxTokens, Seconds.of("--seconds", seconds).toNanos())
              .run(rounds);
      if (json) {
        Json.print(terminal, table);
      } else {
        print(table);
      }
    }
  }

  private void print(TracingTable table) {
    print(
        "%-12s %9s %6s %9s %12s %11s %16s%n",
        "tracing", "tok/s", "τ", "round", "bytes/token", "exporter", "loss");
    for (TracingTable.Line line : table.lines()) {
      print(
          "%-12s %9.1f %6.2f %6.2f ms %12.1f %8.1f µs %8.2f %% ± %.2f%n",
          line.arm().replace('_', ' '),
          line.tokensPerSecond(),
          line.acceptLength(),
          line.roundMillis(),
          line.bytesPerToken(),
          line.exporterMicros(),
          100 * line.loss(),
          100 * line.error());
    }
  }

  private void print(String format, Object... values) {
    terminal.out().print(String.format(Locale.ROOT, format, values));
  }
}
