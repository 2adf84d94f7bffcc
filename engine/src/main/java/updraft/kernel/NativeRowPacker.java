package updraft.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import updraft.model.GgufTensor;
import updraft.model.PackedMatrix;
import updraft.model.Repacker;
import updraft.model.RowPacker;

/**
 * A {@link RowPacker} in C, {@code src/main/native/repack.c}: a model is opened once in a process,
 * before C2 has compiled the one in Java. Pages of the file are let go of as they are packed: at
 * its start a process never holds a model twice.
 */
final class NativeRowPacker implements RowPacker {
  private static final MethodHandle REPACK =
      Linker.nativeLinker()
          .downcallHandle(
              NativeLibrary.function("updraft_repack"),
              FunctionDescriptor.of(
                  JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                  JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
              Linker.Option.critical(true));

  @Override
  public void pack(GgufTensor tensor, int storedRow, int rows, PackedMatrix packed, int packedRow) {
    // C does not look at bounds
    if (packedRow < 0
        || rows > packed.rows() - packedRow
        || tensor.columns() != packed.columns()
        || Repacker.kind(tensor.type()) != packed.kind()) {
      throw new IndexOutOfBoundsException(
          "packed rows must fit their matrix: tensor=%s, rows=%d…%d of %d"
              .formatted(tensor.name(), packedRow, packedRow + rows, packed.rows()));
    }
    long bytes = tensor.rowBytes();
    int bad;
    try {
      bad =
          (int)
              REPACK.invokeExact(
                  tensor.data().asSlice(storedRow * bytes, rows * bytes),
                  MemorySegment.ofArray(packed.words()),
                  tensor.type().ordinal(),
                  bytes,
                  packedRow,
                  rows,
                  packed.columns(),
                  packed.blocks(),
                  packed.lanes(),
                  packed.kind().words(),
                  tensor.data().isMapped() ? 1 : 0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
    if (bad >= 0) {
      throw Repacker.notFinite(tensor, storedRow + bad);
    }
  }
}
