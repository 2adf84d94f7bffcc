package updraft.sample;

/** The largest of a row of logits, in loops that C2 turns into vector code. */
final class Argmax {
  private Argmax() {}

  /**
   * The largest logit.
   *
   * @throws NonFiniteLogitsException if one is NaN or +Infinity, or all are -Infinity
   */
  static float max(float[] logits, int offset, int vocabulary, int position) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + vocabulary; i++) {
      max = Math.max(max, logits[i]); // NaN if one is NaN
    }
    if (!Float.isFinite(max)) {
      throw refusal(logits, offset, vocabulary, position);
    }
    return max;
  }

  /** The lowest token of this logit, which must be there. */
  static int indexOf(float logit, float[] logits, int offset) {
    int i = offset;
    while (logits[i] != logit) {
      i++;
    }
    return i - offset;
  }

  private static NonFiniteLogitsException refusal(
      float[] logits, int offset, int vocabulary, int position) {
    for (int token = 0; token < vocabulary; token++) {
      float logit = logits[offset + token];
      if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
        return NonFiniteLogitsException.at(position, token, logit);
      }
    }
    return NonFiniteLogitsException.none(position);
  }
}
