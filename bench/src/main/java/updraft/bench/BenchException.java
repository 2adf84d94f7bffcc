package updraft.bench;

/** A measurement that could not be taken or must not be believed; the message is one line. */
public final class BenchException extends Exception {
  public BenchException(String message) {
    super(message);
  }
}
