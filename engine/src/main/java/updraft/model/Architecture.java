package updraft.model;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The model families that the engine runs: one decoder transformer with small differences. */
public enum Architecture {
  LLAMA("llama", RopeStyle.ADJACENT, false, false),
  QWEN2("qwen2", RopeStyle.HALVES, true, false),
  QWEN3("qwen3", RopeStyle.HALVES, false, true);

  private final String ggufName;
  private final RopeStyle ropeStyle;
  private final boolean needsAttentionBiases;
  private final boolean queryKeyNorms;

  Architecture(
      String ggufName, RopeStyle ropeStyle, boolean needsAttentionBiases, boolean queryKeyNorms) {
    this.ggufName = ggufName;
    this.ropeStyle = ropeStyle;
    this.needsAttentionBiases = needsAttentionBiases;
    this.queryKeyNorms = queryKeyNorms;
  }

  /** Value of {@code general.architecture} and prefix of the model's keys. */
  public String ggufName() {
    return ggufName;
  }

  public RopeStyle ropeStyle() {
    return ropeStyle;
  }

  /** Whether query, key and value always have biases; in others a file may have them. */
  public boolean needsAttentionBiases() {
    return needsAttentionBiases;
  }

  /** Whether each head's query and key pass an RMS norm before rotation. */
  public boolean queryKeyNorms() {
    return queryKeyNorms;
  }

  static Architecture of(GgufFile file) {
    String name = file.string("general.architecture");
    for (Architecture architecture : values()) {
      if (architecture.ggufName.equals(name)) {
        return architecture;
      }
    }
    throw file.error(
        "architecture must be one of "
            + Arrays.stream(values()).map(Architecture::ggufName).collect(Collectors.joining(", ")),
        "architecture=" + name);
  }
}
