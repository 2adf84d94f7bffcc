package updraft.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.engine.EngineOptions;

/** How the engine is set up. */
final class EngineFlags {
  @Mixin private final ComputeFlags compute = new ComputeFlags();

  @Option(
      names = {"-c", "--context"},
      paramLabel = "N",
      description = "Most tokens of prompt and answer. Default: the model's own limit.")
  private int context;

  @Option(
      names = "--trace-level",
      paramLabel = "L",
      description =
          "Detail of traces, 0 to 3. Default: 2 when OTEL_* variables export them, else 0.")
  private @Nullable Integer traceLevel;

  /**
   * @param defaultTraceLevel when none was asked for
   * @throws IllegalArgumentException if an option is out of range
   */
  EngineOptions.Builder options(Path model, int defaultTraceLevel) {
    return compute
        .options(model)
        .contextLength(context)
        .traceLevel(traceLevel == null ? defaultTraceLevel : traceLevel);
  }
}
