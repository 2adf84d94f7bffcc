package updraft.tornado;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import updraft.model.GgufTensor;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.PackedMatrix;
import updraft.model.Repacker;
import updraft.tornado.kernel.Packing;

/**
 * A model's weights as the kernels read them; needs no file any more.
 *
 * @param norms shape (2 × layers + 1, hidden): before attention and feed-forward of each layer, and
 *     the last
 * @param headNorms shape (layers, 2, head size), or one element
 * @param embedding the same arrays as {@code output} when the two are tied
 */
record DeviceWeights(
    List<LayerPart> parts,
    FloatArray norms,
    FloatArray headNorms,
    Matrix embedding,
    Matrix output) {

  private static final FloatArray NO_BIAS = zeros(1);

  static FloatArray zeros(int size) {
    FloatArray array = new FloatArray(size);
    array.init(0);
    return array;
  }

  static DeviceWeights of(ModelConfig config, ModelWeights weights) {
    Loader loader = new Loader(config, weights);
    Matrix output = loader.single(weights.output());
    return new DeviceWeights(
        loader.parts(),
        loader.norms(),
        loader.headNorms(),
        weights.isTied() ? output : loader.single(weights.tokenEmbedding()),
        output);
  }

  /** Bytes on the device. */
  long bytes() {
    long bytes = output.bytes() + (embedding.equals(output) ? 0 : embedding.bytes());
    for (LayerPart part : parts) {
      bytes += part.layers().size() * layerBytes(part);
    }
    return bytes + 4L * norms.getSize();
  }

  private static long layerBytes(LayerPart part) {
    long bytes = part.attentionOutput().bytes() + part.down().bytes();
    for (Matrix matrix : part.projection()) {
      bytes += matrix.bytes();
    }
    for (Matrix matrix : part.gateUp()) {
      bytes += matrix.bytes();
    }
    return bytes;
  }

  /** Bytes of weights that a forward reads, the embedding of its tokens not counted. */
  long bytesRead() {
    return bytes() - (embedding.equals(output) ? 0 : embedding.bytes());
  }

  /** Turns tensors into arrays. */
  private static final class Loader {
    private final ModelConfig config;
    private final ModelWeights weights;
    private final Repacker repacker = new Repacker(Packing.LANES);

    Loader(ModelConfig config, ModelWeights weights) {
      this.config = config;
      this.weights = weights;
    }

    Matrix single(GgufTensor tensor) {
      return new WeightArrays(List.of(repacker.pack(tensor))).matrix(0, 0, NO_BIAS, 0);
    }

    List<LayerPart> parts() {
      Map<String, List<Integer>> groups = new LinkedHashMap<>();
      for (int layer = 0; layer < config.layers(); layer++) {
        groups.computeIfAbsent(signature(layer), key -> new ArrayList<>()).add(layer);
      }
      List<LayerPart> parts = new ArrayList<>();
      for (List<Integer> layers : groups.values()) {
        int most = mostLayers(layers.getFirst());
        for (int from = 0; from < layers.size(); from += most) {
          parts.add(part(layers.subList(from, Math.min(layers.size(), from + most))));
        }
      }
      return parts;
    }

    /** Layers of equal signature are served by the same kernels. */
    private String signature(int layer) {
      StringBuilder kinds = new StringBuilder();
      for (GgufTensor matrix : weights.layers().get(layer).matrices()) {
        kinds.append(Repacker.kind(matrix.type())).append(' ').append(matrix.type()).append(' ');
      }
      return kinds.toString();
    }

    /** Layers of which each matrix, one after the other, has fewer than 2^31 words. */
    private int mostLayers(int layer) {
      long largest = 1;
      ModelWeights.Layer tensors = weights.layers().get(layer);
      for (List<GgufTensor> piece :
          List.of(
              List.of(tensors.query(), tensors.key(), tensors.value()),
              List.of(tensors.gate(), tensors.up()),
              List.of(tensors.down()),
              List.of(tensors.attentionOutput()))) {
        long words = 0;
        for (GgufTensor tensor : piece) {
          words +=
              WeightArrays.elements(Repacker.kind(tensor.type()), tensor.rows(), tensor.columns());
        }
        largest = Math.max(largest, words);
      }
      return (int) Math.max(1, (Integer.MAX_VALUE - 8) / largest);
    }

    private LayerPart part(List<Integer> layers) {
      return new LayerPart(
          List.copyOf(layers),
          stacks(
              layers,
              layer -> List.of(layer.query(), layer.key(), layer.value()),
              layer ->
                  layer.queryBias() == null
                      ? null
                      : List.of(
                          layer.queryBias(),
                          Objects.requireNonNull(layer.keyBias()),
                          Objects.requireNonNull(layer.valueBias()))),
          stacks(
                  layers,
                  layer -> List.of(layer.attentionOutput()),
                  layer ->
                      layer.attentionOutputBias() == null
                          ? null
                          : List.of(layer.attentionOutputBias()))
              .getFirst(),
          stacks(layers, layer -> List.of(layer.gate(), layer.up()), layer -> null),
          stacks(layers, layer -> List.of(layer.down()), layer -> null).getFirst());
    }

    /** Neighbouring tensors of equal type become one matrix. */
    private List<Matrix> stacks(
        List<Integer> layers,
        Function<ModelWeights.Layer, List<GgufTensor>> tensors,
        Function<ModelWeights.Layer, @Nullable List<GgufTensor>> biases) {
      List<GgufTensor> first = tensors.apply(weights.layers().get(layers.getFirst()));
      List<Matrix> matrices = new ArrayList<>();
      int offset = 0;
      int from = 0;
      while (from < first.size()) {
        int end = from + 1;
        while (end < first.size() && repacker.stackable(first.subList(from, end + 1))) {
          end++;
        }
        Matrix matrix = stack(layers, tensors, biases, from, end, offset);
        matrices.add(matrix);
        offset += matrix.outputs();
        from = end;
      }
      return matrices;
    }

    private Matrix stack(
        List<Integer> layers,
        Function<ModelWeights.Layer, List<GgufTensor>> tensors,
        Function<ModelWeights.Layer, @Nullable List<GgufTensor>> biases,
        int from,
        int end,
        int offset) {
      List<PackedMatrix> packed = new ArrayList<>();
      for (int layer : layers) {
        packed.add(repacker.stack(tensors.apply(weights.layers().get(layer)).subList(from, end)));
      }
      FloatArray bias = bias(biases, from, end, packed.getFirst().rows());
      return new WeightArrays(packed)
          .matrix(1, offset, bias == null ? NO_BIAS : bias, bias == null ? 0 : 1);
    }

    /** Of all layers of the model; null when none has any. */
    private @Nullable FloatArray bias(
        Function<ModelWeights.Layer, @Nullable List<GgufTensor>> biases,
        int from,
        int end,
        int outputs) {
      FloatArray array = null;
      for (int layer = 0; layer < config.layers(); layer++) {
        List<GgufTensor> tensors = biases.apply(weights.layers().get(layer));
        if (tensors != null) {
          array = array == null ? zeros(config.layers() * outputs) : array;
          int at = layer * outputs;
          for (GgufTensor tensor : tensors.subList(from, end)) {
            at = put(tensor, array, at);
          }
        }
      }
      return array;
    }

    private static int put(GgufTensor tensor, FloatArray array, int at) {
      float[] values = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        array.set(at + i, values[i]);
      }
      return at + values.length;
    }

    FloatArray norms() {
      FloatArray array = zeros((2 * config.layers() + 1) * config.hiddenSize());
      int at = 0;
      for (ModelWeights.Layer layer : weights.layers()) {
        at = put(layer.attentionNorm(), array, at);
        at = put(layer.feedForwardNorm(), array, at);
      }
      put(weights.outputNorm(), array, at);
      return array;
    }

    FloatArray headNorms() {
      if (!config.queryKeyNorms()) {
        return NO_BIAS;
      }
      FloatArray array = zeros(2 * config.layers() * config.headSize());
      int at = 0;
      for (ModelWeights.Layer layer : weights.layers()) {
        at = put(Objects.requireNonNull(layer.queryNorm()), array, at);
        at = put(Objects.requireNonNull(layer.keyNorm()), array, at);
      }
      return array;
    }
  }
}
