package updraft.model;

import java.lang.foreign.MemorySegment;

/**
 * A tensor as stored: rows of columns, row-major, each row a whole number of blocks. A vector has
 * one row; dimensions beyond the second are folded into rows. Immutable and thread-safe.
 *
 * @param columns elements of a row: ggml's ne[0], the inputs of a weight matrix
 * @param data exactly {@code type.bytes(rows × columns)} bytes; valid until the file is closed
 */
public record GgufTensor(String name, QuantType type, long rows, int columns, MemorySegment data) {

  public GgufTensor {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "tensor must not be empty: tensor=" + name + ", rows=" + rows + ", columns=" + columns);
    }
    long bytes = Math.multiplyExact(rows, type.bytes(columns));
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(
          "tensor data must have "
              + bytes
              + " bytes: tensor="
              + name
              + ", bytes="
              + data.byteSize());
    }
  }

  public long elements() {
    return rows * columns;
  }

  public long rowBytes() {
    return type.bytes(columns);
  }

  /** Turns one row into {@link #columns} floats from an offset on. Allocates nothing. */
  public void dequantizeRow(int row, float[] target, int targetOffset) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          "row must be in [0, " + rows + "): tensor=" + name + ", row=" + row);
    }
    type.dequantize(data, row * rowBytes(), target, targetOffset, columns);
  }

  /** All elements as floats; for small tensors such as norms and biases. */
  public float[] toFloats() {
    float[] floats = new float[Math.toIntExact(elements())];
    type.dequantize(data, 0, floats, 0, floats.length);
    return floats;
  }
}
