package updraft.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** From the start of a process to the first token of a short prompt, and the most memory it had. */
final class CompareStart {
  private static final String PROMPT = "The capital of France is";
  private static final int TOKENS = 32;

  private CompareStart() {}

  /**
   * @param launcher what starts this program, e.g. {@code ./updraft}
   */
  static List<CompareBench.Line> run(
      Path model, Path launcher, String python, int threads, int rounds)
      throws BenchException, InterruptedException, IOException {
    Pairs pairs = new Pairs();
    for (int round = 0; round < rounds; round++) {
      Measured ours = ours(model, launcher, threads);
      Measured peer = peer(model, python, threads);
      pairs.add("start to first token", "ms", ours.milliseconds, peer.milliseconds);
      pairs.add("resident memory", "MB", ours.megabytes, peer.megabytes);
    }
    return pairs.lines();
  }

  private record Measured(double milliseconds, double megabytes) {}

  private static Measured ours(Path model, Path launcher, int threads)
      throws BenchException, InterruptedException, IOException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(
                launcher.toString(),
                "run",
                "--model",
                model.toString(),
                "--threads",
                Integer.toString(threads),
                "--max-tokens",
                Integer.toString(TOKENS),
                "--prompt",
                PROMPT)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    double first = 0;
    double most = 0;
    try (InputStream out = process.getInputStream()) {
      while (out.read() >= 0) {
        first = first == 0 ? (System.nanoTime() - begin) * 1e-6 : first;
        most = Math.max(most, megabytes(process.pid()));
      }
    }
    if (process.waitFor() != 0 || first == 0) {
      throw new BenchException("updraft run must answer: launcher=" + launcher);
    }
    return new Measured(first, most);
  }

  /** What the process had at most; the launcher becomes the JVM, so its number stays. */
  private static double megabytes(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // it has just ended, or this is not Linux
    }
  }

  /** The same prompt, whose tokens are of no matter here. */
  private static Measured peer(Path model, String python, int threads)
      throws BenchException, InterruptedException {
    long begin = System.nanoTime();
    try (LlamaPeer peer = LlamaPeer.start(python, model, threads)) {
      peer.measure("greedy", 1, 504, 3575, 282, 4649, 314);
      double first = (System.nanoTime() - begin) * 1e-6;
      peer.measure("decode", 5, TOKENS);
      return new Measured(first, peer.measure("memory"));
    }
  }
}
