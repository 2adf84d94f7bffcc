package updraft.server.models;

/** A model was asked for that the server does not offer; the message names those it does. */
public final class UnknownModelException extends RuntimeException {
  UnknownModelException(String message) {
    super(message);
  }
}
