package updraft.cli.models;

/** A model that cannot be found or fetched; the message is one line that says what to do. */
public final class ModelException extends Exception {
  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
