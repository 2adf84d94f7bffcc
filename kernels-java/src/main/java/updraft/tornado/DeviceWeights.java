package updraft.tornado;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  static DeviceWeights of(ModelConfig config, ModelWeights weights, LayerPlan plan) {
    Loader loader = new Loader(config, weights);
    Matrix output = loader.single(weights.output());
    return new DeviceWeights(
        loader.parts(plan),
        loader.norms(),
        loader.headNorms(),
        weights.isTied() ? output : loader.single(weights.tokenEmbedding()),
        output);
  }

  /** Bytes on the device. */
  long bytes() {
    long bytes = output.bytes() + (embedding.equals(output) ? 0 : embedding.bytes());
    for (LayerPart part : parts) {
      for (Matrix matrix : part.all()) {
        bytes += part.plan().layers().size() * matrix.bytes();
      }
    }
    return bytes + 4L * norms.getSize();
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

    List<LayerPart> parts(LayerPlan plan) {
      List<LayerPart> parts = new ArrayList<>();
      for (LayerPlan.Part part : plan.parts()) {
        Map<Piece, List<Matrix>> matrices = new EnumMap<>(Piece.class);
        for (Piece piece : part.pieces()) {
          matrices.put(piece, matrices(piece, part.layers()));
        }
        parts.add(new LayerPart(part, matrices));
      }
      return parts;
    }

    private List<Matrix> matrices(Piece piece, List<Integer> layers) {
      List<List<GgufTensor>> first = piece.stacks(weights.layers().get(layers.getFirst()));
      List<Matrix> matrices = new ArrayList<>();
      int offset = 0;
      int from = 0;
      for (int i = 0; i < first.size(); i++) {
        int stack = i;
        List<PackedMatrix> packed =
            layers.stream()
                .map(layer -> repacker.stack(piece.stacks(weights.layers().get(layer)).get(stack)))
                .toList();
        int outputs = packed.getFirst().rows();
        int end = from + first.get(i).size();
        FloatArray bias = bias(piece, from, end, outputs);
        matrices.add(
            new WeightArrays(packed)
                .matrix(1, offset, bias == null ? NO_BIAS : bias, bias == null ? 0 : 1));
        offset += outputs;
        from = end;
      }
      return matrices;
    }

    /** Of all layers of the model; null when none has any. */
    private @Nullable FloatArray bias(Piece piece, int from, int end, int outputs) {
      FloatArray array = null;
      for (int layer = 0; layer < config.layers(); layer++) {
        List<GgufTensor> tensors = piece.biases(weights.layers().get(layer));
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
        return zeros(1);
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
