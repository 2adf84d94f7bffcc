package updraft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a measurement was taken. */
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private static final List<String> FEATURES =
      List.of("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "amx_int8");

  private Machine() {}

  /** The processor's name as the system tells it, or {@code unknown}. */
  static String cpu() {
    return line("model name");
  }

  /** Which of the instruction sets that matter here the processor has. */
  static String features() {
    String all = " " + line("flags") + " ";
    return FEATURES.stream()
        .filter(feature -> all.contains(" " + feature + " "))
        .collect(Collectors.joining(" "));
  }

  private static String line(String name) {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // not Linux
    }
  }
}
