package updraft.sample;

import java.util.ArrayList;
import java.util.List;
import updraft.request.TokenLogprob;
import updraft.request.TokenLogprob.Alternative;

/** Natural-log probabilities of the target's own distribution: temperature 1, nothing filtered. */
public final class LogProbs {
  private LogProbs() {}

  /**
   * @param vocabulary logits from {@code offset} on
   * @param top likeliest tokens to list; equals are listed by id
   */
  public static TokenLogprob of(float[] logits, int offset, int vocabulary, int token, int top) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabulary; v++) {
      largest = Math.max(largest, logits[offset + v]);
    }
    double sum = 0;
    for (int v = 0; v < vocabulary; v++) {
      sum += StrictMath.exp(logits[offset + v] - largest);
    }
    double logSum = largest + StrictMath.log(sum);
    List<Alternative> alternatives = new ArrayList<>();
    for (int likely : largest(logits, offset, vocabulary, Math.min(top, vocabulary))) {
      alternatives.add(new Alternative(likely, (float) (logits[offset + likely] - logSum)));
    }
    return new TokenLogprob(token, (float) (logits[offset + token] - logSum), alternatives);
  }

  /** The ids of the largest logits, by insertion into a short ranking. */
  private static int[] largest(float[] logits, int offset, int vocabulary, int count) {
    int[] ranking = new int[count];
    int size = 0;
    for (int v = 0; v < vocabulary; v++) {
      float logit = logits[offset + v];
      if (size == count && (count == 0 || logit <= logits[offset + ranking[size - 1]])) {
        continue;
      }
      int place = size < count ? size++ : size - 1;
      while (place > 0 && logits[offset + ranking[place - 1]] < logit) {
        ranking[place] = ranking[place - 1];
        place--;
      }
      ranking[place] = v;
    }
    return ranking;
  }
}
