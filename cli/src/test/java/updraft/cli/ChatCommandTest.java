package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.TinyModels;

class ChatCommandTest {
  private String model;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    model = TinyModels.llama(folder).toString();
  }

  @Test
  void answersEachLineAndRemembers() {
    CommandLineRun.Outcome outcome = chat("", "tea\n/stats\nthe rest\n/stats\n");
    List<String> stats = outcome.err().lines().toList();

    assertThat(stats).hasSize(2).allMatch(line -> line.startsWith("[prompt "));
    assertThat(number(stats.get(1), "prompt ")).isGreaterThan(number(stats.get(0), "prompt ") + 10);
    assertThat(number(stats.get(1), "(")).as("cached tokens").isPositive();
    assertThat(outcome.out()).isNotBlank();
  }

  @Test
  void forgetsWhenReset() {
    List<String> stats = chat("", "tea\n/stats\n/reset\ntea\n/stats\n").err().lines().toList();

    assertThat(number(stats.get(1), "prompt ")).isEqualTo(number(stats.get(0), "prompt "));
  }

  @Test
  void sendsTheSystemMessageFirst() {
    int without = number(chat("", "tea\n/stats\n").err(), "prompt ");
    int with = number(chat("be brief", "tea\n/stats\n").err(), "prompt ");

    assertThat(with).isGreaterThan(without + 5);
  }

  @Test
  void obeysCommandsUntilToldToQuit() {
    CommandLineRun.Outcome outcome = chat("", "/stats\n/jump\n/help\n\n/quit\ntea\n");

    assertThat(outcome.err())
        .startsWith(
            String.format("no answer yet%nunknown command: /jump; /help says which there are%n"))
        .contains("/reset");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void aMessageTooLongIsRefusedAndForgotten() {
    CommandLineRun.Outcome outcome = chat("", "#".repeat(1100) + "\ntea\n/stats\n");
    List<String> lines = outcome.err().lines().toList();

    assertThat(lines.getFirst())
        .startsWith("updraft: prompt must be shorter than the context: prompt_tokens=1")
        .endsWith("context_length=1024; /reset begins anew");
    assertThat(number(lines.get(1), "prompt ")).isLessThan(100);
  }

  @Test
  void promptsAtATerminalOnly() {
    CommandLineRun line =
        new CommandLineRun(folder).with(Terminal.TERMINALS, "012").input("/quit\n");

    assertThat(line.run("chat", "--model", model).succeeds().err())
        .startsWith("talking with tiny-llama-Q8_0")
        .endsWith("> ");
  }

  private CommandLineRun.Outcome chat(String system, String input) {
    CommandLineRun line = new CommandLineRun(folder).input(input);
    String[] arguments = {
      "chat", "--model", model, "--max-tokens", "10", "--ignore-eos", "--system", system
    };
    return line.run(system.isEmpty() ? Arrays.copyOf(arguments, 6) : arguments).succeeds();
  }

  private static int number(String text, String after) {
    String digits = text.substring(text.indexOf(after) + after.length());
    return Integer.parseInt(digits.split("\\D", 2)[0]);
  }
}
