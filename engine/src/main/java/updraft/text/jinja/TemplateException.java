package updraft.text.jinja;

/**
 * A template that cannot be parsed or rendered. The message is one line: what is wrong and where;
 * or what the template itself said with {@code raise_exception}.
 */
public final class TemplateException extends RuntimeException {
  private final int line;
  private final int column;
  private final boolean raised;

  TemplateException(Fault fault, String source) {
    super(message(fault, source));
    int at = Math.clamp(fault.at(), 0, source.length());
    this.line = line(source, at);
    this.column = column(source, at);
    this.raised = fault.raised();
  }

  /** The line of the template, from 1. */
  public int line() {
    return line;
  }

  /** The column of the template in UTF-16 units, from 1. */
  public int column() {
    return column;
  }

  /** Whether the template refused its input with {@code raise_exception}. */
  public boolean raised() {
    return raised;
  }

  private static String message(Fault fault, String source) {
    String what = fault.what().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    if (fault.raised()) {
      return what;
    }
    int at = Math.clamp(fault.at(), 0, source.length());
    return "chat template, line "
        + line(source, at)
        + ", column "
        + column(source, at)
        + ": "
        + what;
  }

  private static int line(String source, int at) {
    return 1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
  }

  private static int column(String source, int at) {
    return at - source.lastIndexOf('\n', at - 1);
  }
}
