package updraft.sample;

/** Logits from which no token can be chosen: a NaN, +∞, or nothing but −∞. */
public final class NonFiniteLogitsException extends RuntimeException {
  NonFiniteLogitsException(String message) {
    super(message);
  }
}
