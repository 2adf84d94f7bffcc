package updraft.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufTensor;
import updraft.model.ModelWeights;

/** What a layer is made of, in the order in which rows pass: products, and what lies between. */
enum Piece {
  NORM(1),
  PROJECT(0),
  /** Rotate, attend, combine, quantise. */
  ATTEND(4),
  OUTPUT(0),
  NORM_FORWARD(1),
  GATE_UP(0),
  ACTIVATE(1),
  DOWN(0);

  private final int tasks;

  Piece(int tasks) {
    this.tasks = tasks;
  }

  /** Tasks that it takes for layers of such tensors. */
  int tasks(ModelWeights.Layer layer) {
    return tasks + stacks(layer).size();
  }

  /** Its matrices; none between products. */
  List<GgufTensor> tensors(ModelWeights.Layer layer) {
    return switch (this) {
      case PROJECT -> List.of(layer.query(), layer.key(), layer.value());
      case OUTPUT -> List.of(layer.attentionOutput());
      case GATE_UP -> List.of(layer.gate(), layer.up());
      case DOWN -> List.of(layer.down());
      case NORM, ATTEND, NORM_FORWARD, ACTIVATE -> List.of();
    };
  }

  /** A bias for each matrix, or null. */
  @Nullable List<GgufTensor> biases(ModelWeights.Layer layer) {
    if (this == PROJECT && layer.queryBias() != null) {
      return List.of(
          layer.queryBias(),
          Objects.requireNonNull(layer.keyBias()),
          Objects.requireNonNull(layer.valueBias()));
    }
    if (this == OUTPUT && layer.attentionOutputBias() != null) {
      return List.of(layer.attentionOutputBias());
    }
    return null;
  }

  /** Neighbouring matrices of equal type become one product. */
  List<List<GgufTensor>> stacks(ModelWeights.Layer layer) {
    List<List<GgufTensor>> stacks = new ArrayList<>();
    for (GgufTensor tensor : tensors(layer)) {
      if (stacks.isEmpty() || stacks.getLast().getLast().type() != tensor.type()) {
        stacks.add(new ArrayList<>());
      }
      stacks.getLast().add(tensor);
    }
    return stacks;
  }
}
