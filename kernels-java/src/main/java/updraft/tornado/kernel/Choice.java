package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What to take of a row of logits: the largest, the k largest, or the largest with seeded noise.
 *
 * <p>A work-group owns a row; its {@value #ITEMS} items each look at every {@value #ITEMS}-th
 * token, neighbours at neighbours, and then combine what they found in a tree. Equal logits go to
 * the lowest token. Reads the logits once, and k times for the k largest: 4 bytes a token of the
 * vocabulary, from the cache that the output head has just filled.
 */
public final class Choice {
  /** Work-items of a group, a power of two. */
  public static final int ITEMS = 256;

  /** Integers that tell how a row's token is chosen. */
  public static final int CHOICE = 6;

  /** A lead that no rounding turns round. */
  public static final float CERTAIN = 1e30f;

  private Choice() {}

  /**
   * The largest logit of each row.
   *
   * @param logits shape (rows, vocabulary)
   * @param tokens a row: its token
   * @param traces a row: not finite, or 1 and more, where a logit is not finite or absurd, so that
   *     the token means nothing
   * @param rows that tokens and traces have room for; -1 and 0 beyond those of the step
   */
  public static void largest(
      KernelContext context,
      IntArray step,
      FloatArray logits,
      IntArray tokens,
      FloatArray traces,
      int rows,
      int vocabulary) {
    int row = context.groupIdx;
    int item = context.localIdx;
    float[] best = context.allocateFloatLocalArray(ITEMS);
    int[] where = context.allocateIntLocalArray(ITEMS);
    float[] trace = context.allocateFloatLocalArray(ITEMS);
    int count = step.get(Step.LOGITS_ROWS);
    if (row == 0) {
      // what no group owns is written too: an output is copied as a whole
      for (int rest = count + item; rest < rows; rest += ITEMS) {
        tokens.set(rest, -1);
        traces.set(rest, 0f);
      }
    }
    if (row < count) {
      float top = Numbers.LOWEST;
      int token = vocabulary;
      float traced = 0f;
      for (int v = item; v < vocabulary; v += ITEMS) {
        float logit = logits.get(row * vocabulary + v);
        traced += Numbers.trace(logit);
        if (logit > top) {
          top = logit;
          token = v;
        }
      }
      best[item] = top;
      where[item] = token;
      trace[item] = traced;
      context.localBarrier();
      for (int distance = ITEMS / 2; distance > 0; distance = distance / 2) {
        if (item < distance) {
          float other = best[item + distance];
          int otherToken = where[item + distance];
          if (other > best[item] || (other == best[item] && otherToken < where[item])) {
            best[item] = other;
            where[item] = otherToken;
          }
          trace[item] = trace[item] + trace[item + distance];
        }
        context.localBarrier();
      }
      if (item == 0) {
        tokens.set(row, where[0]);
        traces.set(row, trace[0]);
      }
    }
  }

  /**
   * The k largest logits of each row, in falling order.
   *
   * @param logits shape (rows, vocabulary), finite
   * @param tokens shape (rows, k)
   * @param values shape (rows, k)
   */
  public static void top(
      KernelContext context,
      IntArray step,
      FloatArray logits,
      IntArray tokens,
      FloatArray values,
      int vocabulary,
      int k) {
    int row = context.groupIdx;
    int item = context.localIdx;
    float[] best = context.allocateFloatLocalArray(ITEMS);
    int[] where = context.allocateIntLocalArray(ITEMS);
    if (row < step.get(Step.LOGITS_ROWS)) {
      float bound = -Numbers.LOWEST;
      int boundToken = -1;
      for (int rank = 0; rank < k; rank++) {
        float top = Numbers.LOWEST;
        int token = vocabulary;
        for (int v = item; v < vocabulary; v += ITEMS) {
          float logit = logits.get(row * vocabulary + v);
          // what comes after the one found last
          if ((logit < bound || (logit == bound && v > boundToken)) && logit > top) {
            top = logit;
            token = v;
          }
        }
        best[item] = top;
        where[item] = token;
        context.localBarrier();
        for (int distance = ITEMS / 2; distance > 0; distance = distance / 2) {
          if (item < distance) {
            float other = best[item + distance];
            int otherToken = where[item + distance];
            if (other > best[item] || (other == best[item] && otherToken < where[item])) {
              best[item] = other;
              where[item] = otherToken;
            }
          }
          context.localBarrier();
        }
        bound = best[0];
        boundToken = where[0];
        context.localBarrier();
        if (item == 0) {
          tokens.set(row * k + rank, boundToken);
          values.set(row * k + rank, bound);
        }
      }
    }
  }

  /**
   * The token of the largest {@code (logit - largest) / temperature + noise} of each row: a sample
   * of the softmax, the same for the same seed. Logits are taken relative to the largest, so that a
   * small temperature does not drown the noise.
   *
   * @param inputs where, from {@code choicesAt} on, are {@link #CHOICE} integers a row: low and
   *     high half of the seed, choice, position of the token, and the temperature as numerator and
   *     denominator; numerator 0 for the largest logit
   * @param largest a row: the token of its largest logit
   * @param traces a row: passed on to {@code told}
   * @param tokens a row: the chosen token; -1 beyond those of the step
   * @param told two floats a row: by how much the token leads the next, {@link #CERTAIN} without
   *     noise; and its trace
   * @param rows that tokens have room for
   */
  public static void sample(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      FloatArray logits,
      IntArray largest,
      FloatArray traces,
      IntArray tokens,
      FloatArray told,
      int choicesAt,
      int rows,
      int vocabulary) {
    int row = context.groupIdx;
    int item = context.localIdx;
    float[] best = context.allocateFloatLocalArray(ITEMS);
    int[] where = context.allocateIntLocalArray(ITEMS);
    float[] next = context.allocateFloatLocalArray(ITEMS);
    int count = step.get(Step.LOGITS_ROWS);
    if (row == 0) {
      for (int rest = count + item; rest < rows; rest += ITEMS) {
        tokens.set(rest, -1);
        told.set(2 * rest, CERTAIN);
        told.set(2 * rest + 1, 0f);
      }
    }
    if (row < count) {
      int at = choicesAt + row * CHOICE;
      int numerator = inputs.get(at + 4);
      int likeliest = largest.get(row);
      if (numerator == 0) {
        if (item == 0) {
          tokens.set(row, likeliest);
          told.set(2 * row, CERTAIN);
          told.set(2 * row + 1, traces.get(row));
        }
      } else {
        float temperature = (float) numerator / (float) inputs.get(at + 5);
        int keyLow = inputs.get(at);
        int keyHigh = inputs.get(at + 1);
        int choice = inputs.get(at + 2);
        int position = inputs.get(at + 3);
        float most = 0f;
        if (likeliest < vocabulary) {
          most = logits.get(row * vocabulary + likeliest);
        }
        float top = Numbers.LOWEST;
        float second = Numbers.LOWEST;
        int token = vocabulary;
        for (int v = item; v < vocabulary; v += ITEMS) {
          float noise = Noise.gumbel(Noise.word(keyLow, keyHigh, choice, position, v));
          float value = (logits.get(row * vocabulary + v) - most) / temperature + noise;
          if (value > top) {
            second = top;
            top = value;
            token = v;
          } else if (value > second) {
            second = value;
          }
        }
        best[item] = top;
        where[item] = token;
        next[item] = second;
        context.localBarrier();
        for (int distance = ITEMS / 2; distance > 0; distance = distance / 2) {
          if (item < distance) {
            float own = best[item];
            float other = best[item + distance];
            int otherToken = where[item + distance];
            float loser = other;
            if (other > own || (other == own && otherToken < where[item])) {
              best[item] = other;
              where[item] = otherToken;
              loser = own;
            }
            float following = next[item] > loser ? next[item] : loser;
            float otherNext = next[item + distance];
            next[item] = otherNext > following ? otherNext : following;
          }
          context.localBarrier();
        }
        if (item == 0) {
          tokens.set(row, where[0]);
          told.set(2 * row, best[0] - next[0]);
          told.set(2 * row + 1, traces.get(row));
        }
      }
    }
  }
}
