package updraft.model;

import java.io.IOException;
import java.nio.file.Path;

/** Settings of a {@link SyntheticModel}. Every setter returns this builder. */
public final class SyntheticModelBuilder {
  private final Architecture architecture;
  private int heads = 4;
  private int kvHeads = 2;
  private int layers = 2;
  private int hiddenSize = 64;
  private int headSize = 32;
  private int feedForwardSize = 128;
  private int vocabularySize = 512;
  private int contextLength = 2048;
  private QuantType embeddings = QuantType.F32;
  private QuantType attention = QuantType.F32;
  private QuantType feedForward = QuantType.F32;
  private QuantType output = QuantType.F32;
  private boolean tied = true;
  private boolean attentionBiases;
  private float ropeBase = 10_000;
  private int ropeDimensions;
  private RopeScaling ropeScaling = new RopeScaling.None();
  private float residualScale = 3;
  private long seed = 1;

  SyntheticModelBuilder(Architecture architecture) {
    this.architecture = architecture;
    attentionBiases = architecture.needsAttentionBiases();
  }

  /** Query heads, and key and value heads, which divide them. */
  public SyntheticModelBuilder heads(int query, int keyValue) {
    heads = query;
    kvHeads = keyValue;
    return this;
  }

  /** One stored type for all matrices, the embedding included. */
  public SyntheticModelBuilder matrices(QuantType type) {
    return embeddings(type).attention(type).feedForward(type).output(type);
  }

  public SyntheticModelBuilder layers(int value) {
    layers = value;
    return this;
  }

  public SyntheticModelBuilder hiddenSize(int value) {
    hiddenSize = value;
    return this;
  }

  public SyntheticModelBuilder headSize(int value) {
    headSize = value;
    return this;
  }

  public SyntheticModelBuilder feedForwardSize(int value) {
    feedForwardSize = value;
    return this;
  }

  public SyntheticModelBuilder vocabularySize(int value) {
    vocabularySize = value;
    return this;
  }

  public SyntheticModelBuilder contextLength(int value) {
    contextLength = value;
    return this;
  }

  public SyntheticModelBuilder embeddings(QuantType value) {
    embeddings = value;
    return this;
  }

  public SyntheticModelBuilder attention(QuantType value) {
    attention = value;
    return this;
  }

  public SyntheticModelBuilder feedForward(QuantType value) {
    feedForward = value;
    return this;
  }

  public SyntheticModelBuilder output(QuantType value) {
    output = value;
    return this;
  }

  public SyntheticModelBuilder tied(boolean value) {
    tied = value;
    return this;
  }

  public SyntheticModelBuilder attentionBiases(boolean value) {
    attentionBiases = value;
    return this;
  }

  public SyntheticModelBuilder ropeBase(float value) {
    ropeBase = value;
    return this;
  }

  /** Elements of a head that are rotated; 0 for all. */
  public SyntheticModelBuilder ropeDimensions(int value) {
    ropeDimensions = value;
    return this;
  }

  public SyntheticModelBuilder ropeScaling(RopeScaling value) {
    ropeScaling = value;
    return this;
  }

  /** Gain of what a layer adds. */
  public SyntheticModelBuilder residualScale(float value) {
    residualScale = value;
    return this;
  }

  public SyntheticModelBuilder seed(long value) {
    seed = value;
    return this;
  }

  public SyntheticModel build() {
    return new SyntheticModel(
        architecture,
        layers,
        hiddenSize,
        heads,
        kvHeads,
        headSize,
        feedForwardSize,
        vocabularySize,
        contextLength,
        embeddings,
        attention,
        feedForward,
        output,
        tied,
        attentionBiases,
        ropeBase,
        ropeDimensions == 0 ? headSize : ropeDimensions,
        ropeScaling,
        residualScale,
        seed);
  }

  /** Writes the model to a file and returns the file. */
  public Path write(Path path) throws IOException {
    build().write(path);
    return path;
  }
}
