package updraft.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.engine.EngineOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;

/** How the engine is set up. */
final class EngineFlags {
  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Compute threads. Default: one a processor.")
  private int threads;

  @Option(names = "--backend", paramLabel = "NAME", description = "What computes. Default: cpu.")
  private String backend = "cpu";

  @Option(
      names = {"-c", "--context"},
      paramLabel = "N",
      description = "Most tokens of prompt and answer. Default: the model's own limit.")
  private int context;

  @Option(
      names = "--kv",
      paramLabel = "TYPE",
      description = "How keys and values are kept: f16, f32. Default: f16.")
  private String keyValueType = "f16";

  @Option(
      names = "--lanes",
      paramLabel = "WIDTH",
      description =
          "Vector width: auto, scalar, 128, 256, 512; all give the same answer. Default: auto.")
  private String lanes = "auto";

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
    return EngineOptions.builder(model)
        .threads(threads)
        .backend(backend)
        .contextLength(context)
        .keyValueType(keyValueType())
        .lanes(lanes())
        .traceLevel(traceLevel == null ? defaultTraceLevel : traceLevel);
  }

  private KeyValueType keyValueType() {
    return switch (keyValueType.toLowerCase(Locale.ROOT)) {
      case "f16" -> KeyValueType.F16;
      case "f32" -> KeyValueType.F32;
      default ->
          throw new IllegalArgumentException("--kv must be f16 or f32: --kv=" + keyValueType);
    };
  }

  private Lanes lanes() {
    return switch (lanes) {
      case "auto" -> Lanes.AUTO;
      case "scalar" -> Lanes.SCALAR;
      case "128" -> Lanes.BITS_128;
      case "256" -> Lanes.BITS_256;
      case "512" -> Lanes.BITS_512;
      default ->
          throw new IllegalArgumentException(
              "--lanes must be one of auto, scalar, 128, 256, 512: --lanes=" + lanes);
    };
  }
}
