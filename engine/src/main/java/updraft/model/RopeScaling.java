package updraft.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How rotary frequencies are changed to reach a longer context. */
public sealed interface RopeScaling {

  /** What a pair's frequency is multiplied with. */
  float frequencyScale(int pair);

  /** Frequencies as trained. */
  record None() implements RopeScaling {
    @Override
    public float frequencyScale(int pair) {
      return 1;
    }
  }

  /** All frequencies divided by one factor: positions interpolated. */
  record Linear(float factor) implements RopeScaling {
    @Override
    public float frequencyScale(int pair) {
      return 1 / factor;
    }
  }

  /** Each pair's frequency divided by a factor of its own, as Llama 3.1 and later have them. */
  record FrequencyFactors(List<Float> factors) implements RopeScaling {
    public FrequencyFactors {
      factors = List.copyOf(factors);
    }

    @Override
    public float frequencyScale(int pair) {
      return 1 / factors.get(pair);
    }
  }

  /** Name of the tensor that holds frequency factors. */
  String FACTORS_TENSOR = "rope_freqs.weight";

  /**
   * @param prefix of the model's keys
   * @param dimensions rotated elements of a head
   */
  static RopeScaling of(GgufFile file, String prefix, int dimensions) {
    return of(file, prefix, FACTORS_TENSOR, dimensions);
  }

  /** With the name of the tensor that may hold frequency factors. */
  static RopeScaling of(GgufFile file, String prefix, String factorsTensor, int dimensions) {
    String typeKey = prefix + "rope.scaling.type";
    String type = file.string(typeKey, "linear");
    if (!type.equals("linear") && !type.equals("none")) {
      throw file.error(
          "rope scaling must be none, linear, or frequency factors in " + factorsTensor,
          "key=" + typeKey + ", value=" + type);
    }
    boolean linear = type.equals("linear");
    float factor = linear ? linearFactor(file, prefix) : 1;
    Optional<GgufTensor> factors = file.findTensor(factorsTensor);
    if (factors.isEmpty()) {
      return factor == 1 ? new None() : new Linear(factor);
    }
    if (factor != 1) {
      throw file.error(
          "rope scaling must be linear or by frequency factors, not both",
          "tensor=" + factorsTensor + ", factor=" + factor);
    }
    return frequencyFactors(file, factors.get(), dimensions);
  }

  private static float linearFactor(GgufFile file, String prefix) {
    String key = prefix + "rope.scaling.factor";
    if (!file.contains(key)) {
      key = prefix + "rope.scale_linear"; // before scaling had types
    }
    float factor = file.real(key, 1);
    if (factor == 0) {
      return 1; // converters write 0 for none
    }
    if (!(factor > 0 && factor < Float.POSITIVE_INFINITY)) {
      throw file.error("rope scaling factor must be positive", "key=" + key + ", value=" + factor);
    }
    return factor;
  }

  private static FrequencyFactors frequencyFactors(
      GgufFile file, GgufTensor tensor, int dimensions) {
    if (tensor.rows() != 1 || tensor.columns() != dimensions / 2) {
      throw file.error(
          "tensor must have one element for each rotated pair",
          String.format(
              "tensor=%s, expected=1x%d, found=%dx%d",
              tensor.name(), dimensions / 2, tensor.rows(), tensor.columns()));
    }
    List<Float> factors = new ArrayList<>();
    for (float factor : tensor.toFloats()) {
      if (!(factor > 0 && factor < Float.POSITIVE_INFINITY)) {
        throw file.error(
            "frequency factors must be positive",
            "tensor=" + tensor.name() + ", index=" + factors.size() + ", value=" + factor);
      }
      factors.add(factor);
    }
    return new FrequencyFactors(factors);
  }
}
