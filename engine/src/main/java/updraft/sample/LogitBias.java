package updraft.sample;

import java.util.Map;
import java.util.TreeMap;
import updraft.request.InvalidRequestException;

/** Adds a request's bias to the logits of the tokens that it names. */
final class LogitBias implements LogitsProcessor {
  private final int[] tokens;
  private final float[] biases;

  LogitBias(Map<Integer, Float> bias, int vocabulary) {
    tokens = new int[bias.size()];
    biases = new float[bias.size()];
    int next = 0;
    for (Map.Entry<Integer, Float> entry : new TreeMap<>(bias).entrySet()) {
      int token = entry.getKey();
      if (token >= vocabulary) {
        throw new InvalidRequestException(
            "logit_bias",
            "logit_bias tokens must be below the vocabulary's size: token="
                + token
                + ", vocabulary="
                + vocabulary);
      }
      tokens[next] = token;
      biases[next++] = entry.getValue();
    }
  }

  @Override
  public void apply(float[] logits) {
    for (int i = 0; i < tokens.length; i++) {
      logits[tokens[i]] += biases[i];
    }
  }

  @Override
  public void commit(int token) {}
}
