package updraft.bench;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * llama.cpp in a process of its own: {@code llama_peer.py}, which explains the commands. For one
 * thread.
 */
final class LlamaPeer implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;
  private final Thread errors;
  private volatile String lastError = "it said nothing";

  private LlamaPeer(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.errors = Thread.ofVirtual().name("llama-peer-errors").start(this::readErrors);
  }

  /**
   * @param python an interpreter that has the package llama_cpp
   * @throws BenchException if it does not start or has no such package
   */
  static LlamaPeer start(String python, Path model, int threads)
      throws BenchException, InterruptedException {
    LlamaPeer peer = new LlamaPeer(process(python, model, threads));
    try {
      peer.answer();
      return peer;
    } catch (BenchException e) {
      peer.close();
      throw peer.lastError.contains("No module named")
          ? new BenchException(
              "llama_cpp and numpy must be installed for this Python: python="
                  + python
                  + ", "
                  + peer.lastError
                  + "; pip install llama-cpp-python, or name another with --python")
          : e;
    }
  }

  private static Process process(String python, Path model, int threads) throws BenchException {
    try (InputStream in = LlamaPeer.class.getResourceAsStream("llama_peer.py")) {
      String program = new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return new ProcessBuilder(python, "-c", program, model.toString(), Integer.toString(threads))
          .start();
    } catch (IOException e) {
      throw new BenchException("python must start: python=" + python + ", " + e.getMessage());
    }
  }

  /** Milliseconds that the peer measured. */
  double measure(String command, int... arguments) throws BenchException, InterruptedException {
    StringBuilder line = new StringBuilder(command);
    for (int argument : arguments) {
      line.append(' ').append(argument);
    }
    try {
      commands.write(line.append("\n").toString());
      commands.flush();
    } catch (IOException e) {
      throw ended();
    }
    return Double.parseDouble(answer());
  }

  private String answer() throws BenchException, InterruptedException {
    try {
      @Nullable String line = answers.readLine();
      if (line != null) {
        return line;
      }
    } catch (IOException e) {
      lastError = String.valueOf(e.getMessage());
    }
    throw ended();
  }

  private BenchException ended() throws InterruptedException {
    errors.join();
    return new BenchException("llama.cpp must keep running: " + lastError);
  }

  private void readErrors() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      lines.lines().filter(line -> !line.isBlank()).forEach(line -> lastError = line.strip());
    } catch (IOException e) {
      lastError = String.valueOf(e.getMessage());
    }
  }

  /** Ends the process. */
  @Override
  public void close() {
    process.destroy();
  }
}
