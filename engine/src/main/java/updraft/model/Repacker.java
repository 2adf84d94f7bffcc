package updraft.model;

import java.util.List;
import java.util.stream.IntStream;
import updraft.model.PackedMatrix.Kind;

/**
 * Turns stored tensors into {@link PackedMatrix packed ones} without losing a bit: every format is
 * integers with scales and minima, or floats. Several tensors of the same columns can be stacked
 * into one matrix, so that one product serves query, key and value. Works on all cores.
 */
public final class Repacker {
  private final int lanes;

  /**
   * @param lanes rows a group
   */
  public Repacker(int lanes) {
    this.lanes = lanes;
  }

  /** One tensor's rows. */
  public PackedMatrix pack(GgufTensor tensor) {
    return stack(List.of(tensor));
  }

  /** Whether tensors can be stacked: they have the same type and columns. */
  public boolean stackable(List<GgufTensor> tensors) {
    GgufTensor first = tensors.getFirst();
    return tensors.stream()
        .allMatch(t -> t.type() == first.type() && t.columns() == first.columns());
  }

  /**
   * The rows of all tensors, one after the other.
   *
   * @throws IllegalArgumentException if they are not {@link #stackable} or too large
   * @throws WeightException if a scale or a 16-bit float is not finite
   */
  public PackedMatrix stack(List<GgufTensor> tensors) {
    GgufTensor first = tensors.getFirst();
    if (!stackable(tensors)) {
      throw new IllegalArgumentException(
          "stacked tensors must have equal type and columns: tensors="
              + tensors.stream().map(GgufTensor::name).toList());
    }
    Kind kind = kind(first.type());
    long rows = tensors.stream().mapToLong(GgufTensor::rows).sum();
    if (rows > Integer.MAX_VALUE - lanes) {
      throw new IllegalArgumentException(
          "a matrix must have fewer than 2^31 rows: tensor=" + first.name() + ", rows=" + rows);
    }
    PackedMatrix packed = PackedMatrix.zeros(kind, (int) rows, first.columns(), lanes);
    // by groups: rows of a group share cache lines
    IntStream.range(0, packed.groups())
        .parallel()
        .forEach(group -> packGroup(tensors, packed, group));
    return packed;
  }

  /** What tensors of a stored type are packed as. */
  public static Kind kind(QuantType type) {
    return switch (type) {
      case F32 -> Kind.F32;
      case F16 -> Kind.F16;
      case BF16 -> Kind.BF16;
      case Q4_0, Q4_1 -> Kind.Q4;
      case Q4_K -> Kind.Q4_WIDE;
      case Q8_0, Q5_0 -> Kind.Q8;
      case Q5_1, Q5_K -> Kind.Q8_MIN;
      case Q6_K -> Kind.Q8_HALVES;
      case I64 ->
          throw new IllegalArgumentException(
              "a matrix must be of floats or quantised weights: type=" + type);
    };
  }

  private void packGroup(List<GgufTensor> tensors, PackedMatrix packed, int group) {
    int first = group * lanes;
    int end = Math.min(packed.rows(), first + lanes);
    int tensorStart = 0;
    for (GgufTensor tensor : tensors) {
      int tensorEnd = tensorStart + (int) tensor.rows();
      if (tensorStart < end && first < tensorEnd) {
        StoredBlocks stored = new StoredBlocks(tensor);
        for (int row = Math.max(first, tensorStart); row < Math.min(end, tensorEnd); row++) {
          packRow(stored, row - tensorStart, packed, row);
        }
      }
      tensorStart = tensorEnd;
    }
  }

  private void packRow(StoredBlocks stored, int storedRow, PackedMatrix packed, int row) {
    int[] words = packed.words();
    int count = packed.kind().words();
    int at = packed.start(row, 0);
    for (int block = 0; block < packed.blocks(); block++) {
      stored.read(storedRow, block);
      for (int i = 0; i < count; i++) {
        words[at] = stored.words[i];
        at += lanes;
      }
    }
  }
}
