package updraft.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import updraft.kernel.Exp;
import updraft.request.TokenLogprob;
import updraft.request.TokenLogprob.Alternative;

/** Log-probabilities of tokens under a row's own logits, at temperature 1. */
public final class LogProbs {
  private LogProbs() {}

  /**
   * The log-probability of a token and of the likeliest tokens, of equals the lowest ids first.
   * Tokens of logit {@code -Infinity} are not among the latter.
   *
   * @param offset index of the row's first logit
   * @param vocabulary logits a row
   * @param topN how many alternatives, at least 0; the token itself may be one of them
   */
  public static TokenLogprob of(float[] logits, int offset, int vocabulary, int token, int topN) {
    int[] top = top(logits, offset, vocabulary, Math.min(topN, vocabulary));
    double logSum = logSum(logits, offset, vocabulary);
    List<Alternative> alternatives = new ArrayList<>(top.length);
    for (int other : top) {
      alternatives.add(new Alternative(other, (float) (logits[offset + other] - logSum)));
    }
    return new TokenLogprob(token, (float) (logits[offset + token] - logSum), alternatives);
  }

  /** The logarithm of the sum of exponentials: a logit less this is a log-probability. */
  public static double logSum(float[] logits, int offset, int vocabulary) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + vocabulary; i++) {
      max = Math.max(max, logits[i]);
    }
    double sum = 0;
    for (int i = offset; i < offset + vocabulary; i++) {
      sum += Exp.exp(logits[i] - max);
    }
    return max + StrictMath.log(sum);
  }

  /** The n likeliest tokens by insertion: n is small and most tokens fail the first comparison. */
  private static int[] top(float[] logits, int offset, int vocabulary, int n) {
    int[] top = new int[n];
    int found = 0;
    for (int token = 0; token < vocabulary && n > 0; token++) {
      float logit = logits[offset + token];
      if (logit == Float.NEGATIVE_INFINITY
          || (found == n && logit <= logits[offset + top[n - 1]])) {
        continue;
      }
      int place = found < n ? found++ : n - 1;
      while (place > 0 && logits[offset + top[place - 1]] < logit) {
        top[place] = top[place - 1];
        place--;
      }
      top[place] = token;
    }
    return Arrays.copyOf(top, found);
  }
}
