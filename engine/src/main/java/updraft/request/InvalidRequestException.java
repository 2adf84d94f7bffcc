package updraft.request;

/** A request that cannot be served as it stands; the message is one line for its sender. */
public final class InvalidRequestException extends IllegalArgumentException {
  private final String field;

  /**
   * @param field the wire name of the offending field, in snake_case
   * @param message the constraint first, then name=value
   */
  public InvalidRequestException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** The wire name of the offending field. */
  public String field() {
    return field;
  }
}
