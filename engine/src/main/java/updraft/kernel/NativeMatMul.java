package updraft.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import updraft.model.PackedMatrix;

/**
 * Products in C, {@code src/main/native/products.h}. A call reads and writes Java's arrays where
 * they are, and takes some nanoseconds beside the work; no garbage collection happens within it.
 */
final class NativeMatMul implements MatMul {
  private static final MethodHandle MULTIPLY =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(
                  ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS,
                  ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
              Linker.Option.critical(true));

  private final MemorySegment function;

  NativeMatMul(InstructionSet set) {
    function = NativeLibrary.function(set, "multiply");
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
    if (rows == 0 || firstGroup >= endGroup) {
      return;
    }
    // C does not look at bounds
    int last = yOffset + (rows - 1) * yStride + endGroup * w.lanes();
    if (firstGroup < 0
        || endGroup > w.groups()
        || yOffset < 0
        || yStride < 0
        || last > y.length
        || w.columns() != x.columns
        || rows * x.columns > x.values.length) {
      throw new IndexOutOfBoundsException(
          "a product must fit its arrays: groups=%d…%d, rows=%d, outputs=%d of %d"
              .formatted(firstGroup, endGroup, rows, last, y.length));
    }
    try {
      MULTIPLY.invokeExact(
          function,
          MemorySegment.ofArray(w.words()),
          w.kind().ordinal(),
          firstGroup,
          endGroup,
          w.blocks(),
          x.wordsView,
          x.scalesView,
          x.sumsView,
          x.totalsView,
          x.valuesView,
          x.columns,
          rows,
          MemorySegment.ofArray(y),
          yOffset,
          yStride);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
  }
}
