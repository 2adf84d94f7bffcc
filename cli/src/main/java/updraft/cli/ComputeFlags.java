package updraft.cli;

import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;
import updraft.engine.EngineOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;

/** What computes, and how. */
final class ComputeFlags {
  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Compute threads. Default: one a processor.")
  private int threads;

  @Option(names = "--backend", paramLabel = "NAME", description = "What computes. Default: cpu.")
  private String backend = "cpu";

  @Option(
      names = "--kv",
      paramLabel = "TYPE",
      description = "How keys and values are kept: f16, f32. Default: f16.")
  private String keyValueType = "f16";

  @Option(
      names = "--kernels",
      paramLabel = "KIND",
      description =
          "What multiplies: auto, native, vector, scalar; all give the same answer. Default: auto,"
              + " native where it can be had.")
  private String kernels = "auto";

  @Option(
      names = "--lanes",
      paramLabel = "WIDTH",
      description = "Width of vector kernels: auto, 128, 256, 512. Default: auto.")
  private String lanes = "auto";

  /**
   * @throws IllegalArgumentException if an option is out of range
   */
  EngineOptions.Builder options(Path model) {
    return EngineOptions.builder(model)
        .threads(threads)
        .backend(backend)
        .keyValueType(keyValueType())
        .lanes(lanes());
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
    Lanes kind =
        switch (kernels) {
          case "auto" -> Lanes.AUTO;
          case "native" -> Lanes.NATIVE;
          case "vector" -> Lanes.VECTOR;
          case "scalar" -> Lanes.SCALAR;
          default ->
              throw new IllegalArgumentException(
                  "--kernels must be one of auto, native, vector, scalar: --kernels=" + kernels);
        };
    if (lanes.equals("auto")) {
      return kind;
    }
    if (kind == Lanes.NATIVE || kind == Lanes.SCALAR) {
      throw new IllegalArgumentException(
          "--lanes must go with vector kernels: --lanes=" + lanes + ", --kernels=" + kernels);
    }
    return switch (lanes) {
      case "128" -> Lanes.BITS_128;
      case "256" -> Lanes.BITS_256;
      case "512" -> Lanes.BITS_512;
      default ->
          throw new IllegalArgumentException(
              "--lanes must be one of auto, 128, 256, 512: --lanes=" + lanes);
    };
  }
}
