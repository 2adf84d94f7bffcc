package updraft.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds a file's tensors by name, checks each one's shape and keeps account of those used. */
final class TensorFinder {
  private final GgufFile file;
  private final Set<String> used = new HashSet<>();

  TensorFinder(GgufFile file) {
    this.file = file;
  }

  boolean has(String name) {
    return file.findTensor(name).isPresent();
  }

  GgufTensor matrix(String name, int rows, int columns) {
    GgufTensor tensor = file.tensor(name);
    if (tensor.rows() != rows || tensor.columns() != columns) {
      throw file.error(
          "tensor must have the shape that the metadata gives",
          String.format(
              "tensor=%s, expected=%dx%d, found=%dx%d",
              name, rows, columns, tensor.rows(), tensor.columns()));
    }
    used.add(name);
    return tensor;
  }

  /** Norms and biases are small enough to look at: a damaged one would spoil every token. */
  GgufTensor vector(String name, int size) {
    GgufTensor tensor = matrix(name, 1, size);
    refuseNonFinite(tensor, tensor.toFloats());
    return tensor;
  }

  /** As {@link #matrix}, and looks at every element. */
  GgufTensor finiteMatrix(String name, int rows, int columns) {
    GgufTensor tensor = matrix(name, rows, columns);
    float[] row = new float[columns];
    for (int r = 0; r < rows; r++) {
      tensor.dequantizeRow(r, row, 0);
      refuseNonFinite(tensor, row);
    }
    return tensor;
  }

  private void refuseNonFinite(GgufTensor tensor, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw file.error(
            "tensor must be finite",
            "tensor=" + tensor.name() + ", index=" + i + ", value=" + values[i]);
      }
    }
  }

  /** A tensor left over is part of a model that would not be run as it was trained. */
  void refuseOthers(String architecture, String... known) {
    used.addAll(List.of(known));
    for (GgufTensor tensor : file.tensors()) {
      if (!used.contains(tensor.name())) {
        throw file.error(
            "tensor must be one that " + architecture + " has", "tensor=" + tensor.name());
      }
    }
  }
}
