package updraft.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the engine and libraries log: warnings, or more when verbose, a line each. */
final class Logs extends Handler {
  private final Terminal terminal;
  private final Formatter messages =
      new Formatter() {
        @Override
        public String format(LogRecord entry) {
          return formatMessage(entry);
        }
      };

  private Logs(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Sends the logs of this process to a terminal's standard error. */
  static void to(Terminal terminal) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(terminal.verbose() ? Level.INFO : Level.WARNING);
    root.addHandler(new Logs(terminal));
  }

  /** Javalin logs that it cannot listen and throws the same, which the command reports. */
  private boolean isReportedElsewhere(LogRecord entry) {
    return "io.javalin.Javalin".equals(entry.getLoggerName())
        && messages.format(entry).startsWith("Failed to start");
  }

  @Override
  public void publish(LogRecord entry) {
    if (isReportedElsewhere(entry) && !terminal.verbose()) {
      return;
    }
    Throwable thrown = entry.getThrown();
    String cause = thrown == null || terminal.verbose() ? "" : ": " + thrown;
    terminal.say(
        entry.getLevel().getName().toLowerCase(Locale.ROOT)
            + ": "
            + OneLine.of(messages.format(entry) + cause));
    if (thrown != null && terminal.verbose()) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      terminal.say(trace.toString().stripTrailing());
    }
  }

  @Override
  public void flush() {
    terminal.err().flush();
  }

  @Override
  public void close() {
    flush();
  }
}
