package updraft.model;

/** Turns stored rows into packed ones. Stateless, for any number of threads. */
@FunctionalInterface
public interface RowPacker {
  /**
   * Packs rows {@code storedRow} and following of a tensor as rows {@code packedRow} and following.
   *
   * @param packed of the tensor's columns and {@link Repacker#kind}; has the rows
   * @throws WeightException if a scale or a 16-bit float is not finite
   */
  void pack(GgufTensor tensor, int storedRow, int rows, PackedMatrix packed, int packedRow);
}
