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
  /** Stored bytes that a core takes at a time: a fraction of a millisecond. */
  private static final int CHUNK_BYTES = 1 << 18;

  private final int lanes;
  private final RowPacker rowPacker;

  /**
   * @param lanes rows a group
   */
  public Repacker(int lanes) {
    this(lanes, StoredBlocks::pack);
  }

  /**
   * @param lanes rows a group
   * @param rowPacker does the work
   */
  public Repacker(int lanes, RowPacker rowPacker) {
    this.lanes = lanes;
    this.rowPacker = rowPacker;
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
    int groups = (int) Math.max(1, CHUNK_BYTES / first.rowBytes() / lanes);
    IntStream.range(0, (packed.groups() + groups - 1) / groups)
        .parallel()
        .forEach(
            chunk -> {
              int start = chunk * groups * lanes;
              int end = (int) Math.min(packed.rows(), start + (long) groups * lanes);
              packRows(tensors, packed, start, end);
            });
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

  /** What a {@link RowPacker} throws. */
  public static WeightException notFinite(GgufTensor tensor, int row) {
    return new WeightException(
        "weights and their scales must be finite and below 65504",
        "tensor=" + tensor.name() + ", row=" + row);
  }

  private void packRows(List<GgufTensor> tensors, PackedMatrix packed, int start, int end) {
    int tensorStart = 0;
    for (GgufTensor tensor : tensors) {
      int from = Math.max(start, tensorStart);
      int to = Math.min(end, tensorStart + (int) tensor.rows());
      if (from < to) {
        rowPacker.pack(tensor, from - tensorStart, to - from, packed, from);
      }
      tensorStart += (int) tensor.rows();
    }
  }
}
