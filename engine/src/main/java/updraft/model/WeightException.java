package updraft.model;

/**
 * A stored weight cannot be computed with. The message is one line and names the tensor.
 *
 * <p>No public constructor on purpose: the fork-join pool copies an exception that has a fitting
 * one, and wraps its message.
 */
public final class WeightException extends RuntimeException {
  private final String constraint;
  private final String details;

  WeightException(String constraint, String details) {
    super(constraint + ": " + details);
    this.constraint = constraint;
    this.details = details;
  }

  /** The same, with the file that the tensor is in. */
  public GgufException in(String file) {
    GgufException named = new GgufException(constraint, file, details);
    named.initCause(this);
    return named;
  }
}
