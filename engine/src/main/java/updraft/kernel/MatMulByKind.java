package updraft.kernel;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/** The kernels of one vector width: hands a product to those of the matrix's kind. */
final class MatMulByKind implements MatMul {
  private final Map<Kind, MatMul> kernels = new EnumMap<>(Kind.class);

  /**
   * @param bits vector width
   */
  MatMulByKind(int bits) {
    for (Kind kind : Kind.values()) {
      Class<? extends MatMul> template =
          switch (kind) {
            case Q4, Q4_WIDE -> NibbleMatMul.class;
            case Q8, Q8_MIN, Q8_HALVES -> ByteMatMul.class;
            case F32, F16, BF16 -> FloatMatMul.class;
          };
      kernels.put(kind, VectorWidths.at(bits, kind, template, MatMul.class));
    }
  }

  @Override
  public void multiply(
      PackedMatrix w,
      int firstGroup,
      int endGroup,
      Activations x,
      int rows,
      float[] y,
      int yOffset,
      int yStride) {
    Objects.requireNonNull(kernels.get(w.kind()))
        .multiply(w, firstGroup, endGroup, x, rows, y, yOffset, yStride);
  }
}
