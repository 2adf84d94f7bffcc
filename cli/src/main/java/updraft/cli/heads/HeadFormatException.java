package updraft.cli.heads;

/** A published head cannot be converted; one line, the constraint first. */
public final class HeadFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HeadFormatException(String constraint, String details) {
    super(constraint + ": " + details);
  }
}
