package updraft.sample.grammar;

/** A grammar that turned out to be too costly, or that no token continues; fails its request. */
public final class GrammarException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GrammarException(String message) {
    super(message);
  }
}
