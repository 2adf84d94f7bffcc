package updraft.forward;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufTensor;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.RopeStyle;

/**
 * The decoder as its papers write it, one token at a time over the whole context, in double and on
 * weights turned back into floats: no pages, no blocks, no quantised activations. What backends are
 * held to.
 */
final class ReferenceTransformer {
  private final ModelConfig config;
  private final ModelWeights weights;

  /** By layer, then position: all heads one after the other. */
  private final List<List<double[]>> keys = new ArrayList<>();

  private final List<List<double[]>> values = new ArrayList<>();

  /** By layer: the hidden state after it, of the latest token. */
  private final List<double[]> hidden = new ArrayList<>();

  ReferenceTransformer(ModelConfig config, ModelWeights weights) {
    this.config = config;
    this.weights = weights;
    for (int layer = 0; layer < config.layers(); layer++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
  }

  /** Appends a token and returns its logits. */
  double[] next(int token) {
    hidden.clear();
    double[] x = row(weights.tokenEmbedding(), token);
    for (int i = 0; i < config.layers(); i++) {
      ModelWeights.Layer layer = weights.layers().get(i);
      x = sum(x, attention(layer, norm(x, layer.attentionNorm()), keys.get(i), values.get(i)));
      x = sum(x, feedForward(layer, norm(x, layer.feedForwardNorm())));
      hidden.add(x);
    }
    return product(weights.output(), norm(x, weights.outputNorm()), null);
  }

  /**
   * Appends a head's pair and returns its logits: a token, and the features of the token before.
   *
   * @param normed whether the residual stream begins with the normed features
   */
  double[] nextPair(int token, double[] features, GgufTensor featureNorm, boolean normed) {
    hidden.clear();
    ModelWeights.Layer layer = weights.layers().getFirst();
    double[] embedded = norm(row(weights.tokenEmbedding(), token), layer.attentionNorm());
    double[] second = norm(features, featureNorm);
    double[] joined = java.util.Arrays.copyOf(embedded, 2 * embedded.length);
    System.arraycopy(second, 0, joined, embedded.length, second.length);
    double[] x = normed ? second : features;
    x = sum(x, attention(layer, joined, keys.getFirst(), values.getFirst()));
    x = sum(x, feedForward(layer, norm(x, layer.feedForwardNorm())));
    hidden.add(x);
    return product(weights.output(), norm(x, weights.outputNorm()), null);
  }

  /** A head's features of hidden states side by side. */
  double[] fuse(GgufTensor fusion, @Nullable GgufTensor fusionNorm, double[] joined) {
    return product(fusion, fusionNorm == null ? joined : norm(joined, fusionNorm), null);
  }

  double[] hidden(int layer) {
    return hidden.get(layer);
  }

  private double[] attention(
      ModelWeights.Layer layer, double[] x, List<double[]> layerKeys, List<double[]> layerValues) {
    int size = config.headSize();
    int position = layerKeys.size();
    double[] q = product(layer.query(), x, layer.queryBias());
    double[] k = product(layer.key(), x, layer.keyBias());
    for (int head = 0; head < config.heads(); head++) {
      prepare(q, head * size, layer.queryNorm(), position);
    }
    for (int head = 0; head < config.kvHeads(); head++) {
      prepare(k, head * size, layer.keyNorm(), position);
    }
    layerKeys.add(k);
    layerValues.add(product(layer.value(), x, layer.valueBias()));
    double[] out = new double[config.querySize()];
    for (int head = 0; head < config.heads(); head++) {
      int kvHead = head / (config.heads() / config.kvHeads());
      double[] scores = new double[position + 1];
      double total = 0;
      for (int p = 0; p <= position; p++) {
        double dot = 0;
        for (int i = 0; i < size; i++) {
          dot += q[head * size + i] * layerKeys.get(p)[kvHead * size + i];
        }
        scores[p] = Math.exp(dot / Math.sqrt(size));
        total += scores[p];
      }
      for (int p = 0; p <= position; p++) {
        for (int i = 0; i < size; i++) {
          out[head * size + i] += scores[p] / total * layerValues.get(p)[kvHead * size + i];
        }
      }
    }
    return product(layer.attentionOutput(), out, layer.attentionOutputBias());
  }

  /** Norm, where the model has one, and rotation of one head. */
  private void prepare(double[] x, int from, @Nullable GgufTensor norm, int position) {
    double[] head = java.util.Arrays.copyOfRange(x, from, from + config.headSize());
    if (norm != null) {
      head = norm(head, norm);
    }
    int pairs = config.ropeDimensions() / 2;
    for (int i = 0; i < pairs; i++) {
      boolean adjacent = config.ropeStyle() == RopeStyle.ADJACENT;
      int first = adjacent ? 2 * i : i;
      int second = adjacent ? 2 * i + 1 : i + pairs;
      double angle =
          position
              * Math.pow(config.ropeBase(), -2.0 * i / config.ropeDimensions())
              * config.ropeScaling().frequencyScale(i);
      double a = head[first];
      double b = head[second];
      head[first] = a * Math.cos(angle) - b * Math.sin(angle);
      head[second] = a * Math.sin(angle) + b * Math.cos(angle);
    }
    System.arraycopy(head, 0, x, from, head.length);
  }

  private static double[] feedForward(ModelWeights.Layer layer, double[] x) {
    double[] gate = product(layer.gate(), x, null);
    double[] up = product(layer.up(), x, null);
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return product(layer.down(), gate, null);
  }

  private double[] norm(double[] x, GgufTensor weight) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    float[] w = weight.toFloats();
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] / Math.sqrt(squares / x.length + config.rmsEpsilon()) * w[i];
    }
    return out;
  }

  private static double[] product(GgufTensor matrix, double[] x, @Nullable GgufTensor bias) {
    double[] out = new double[(int) matrix.rows()];
    float[] b = bias == null ? new float[out.length] : bias.toFloats();
    for (int i = 0; i < out.length; i++) {
      double[] w = row(matrix, i);
      double dot = b[i];
      for (int k = 0; k < x.length; k++) {
        dot += w[k] * x[k];
      }
      out[i] = dot;
    }
    return out;
  }

  private static double[] row(GgufTensor matrix, int row) {
    float[] floats = new float[matrix.columns()];
    matrix.dequantizeRow(row, floats, 0);
    double[] doubles = new double[floats.length];
    for (int k = 0; k < doubles.length; k++) {
      doubles[k] = floats[k];
    }
    return doubles;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] out = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] + b[i];
    }
    return out;
  }
}
