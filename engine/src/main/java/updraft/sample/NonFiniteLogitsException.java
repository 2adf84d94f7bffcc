package updraft.sample;

/** Logits that no token can be chosen from; fails the one request that they belong to. */
public final class NonFiniteLogitsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private NonFiniteLogitsException(String message) {
    super(message);
  }

  static NonFiniteLogitsException at(int position, int token, float logit) {
    return new NonFiniteLogitsException(
        "logits must be finite or -Infinity: logits["
            + token
            + "]="
            + logit
            + " for the token at position="
            + position);
  }

  static NonFiniteLogitsException none(int position) {
    return new NonFiniteLogitsException(
        "at least one logit must be finite: all are -Infinity for the token at position="
            + position);
  }
}
