package updraft.server.models;

/** A model that is offered cannot be loaded now; the message says why, in one line. */
public final class ModelUnavailableException extends RuntimeException {
  ModelUnavailableException(String message) {
    super(message);
  }

  ModelUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
