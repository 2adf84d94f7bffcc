package updraft.text;

/** A model file's vocabulary that cannot be used: an unknown kind, or tables that contradict. */
public final class UnsupportedTokenizerException extends RuntimeException {
  public UnsupportedTokenizerException(String message) {
    super(message);
  }
}
