package updraft.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/** {@link PageMath} in C, {@code src/main/native/pages.h}. */
final class NativePageMath implements PageMath {
  private static final int PAGE = RowMath.LANES;

  /** As in pages.h. */
  private static final int MOST_HEAD = 256;

  /** One signature for all, since linking one takes milliseconds. */
  private static final MethodHandle PAGES =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(
                  JAVA_INT,
                  ADDRESS,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  ADDRESS,
                  ADDRESS,
                  JAVA_INT,
                  JAVA_INT,
                  ADDRESS,
                  JAVA_FLOAT,
                  ADDRESS,
                  JAVA_INT),
              Linker.Option.critical(true));

  private static final int SCORE = 0;
  private static final int NORMALIZE = 1;
  private static final int WEIGH = 2;

  private static final short[] NO_PAGES = {};

  private final MemorySegment function;

  NativePageMath(InstructionSet set) {
    function = NativeLibrary.function(set, "pages");
  }

  @Override
  public boolean takes(int headSize) {
    return headSize % PAGE == 0 && headSize <= MOST_HEAD;
  }

  @Override
  public void scorePages(
      AttentionTile tile, float[] q, int at, int stride, short[] keys, int first, int end) {
    check(tile, q, at, stride, keys, first, end);
    call(SCORE, tile, q, at, stride, keys, first, end);
  }

  @Override
  public void normalize(AttentionTile tile) {
    checkSpans(tile);
    call(NORMALIZE, tile, tile.scores, 0, 0, NO_PAGES, 0, 0);
  }

  @Override
  public void weighPages(
      AttentionTile tile, short[] values, int first, int end, float[] out, int at, int stride) {
    check(tile, out, at, stride, values, first, end);
    checkSpans(tile);
    call(WEIGH, tile, out, at, stride, values, first, end);
  }

  /** C does not look at bounds. */
  private void check(
      AttentionTile tile, float[] x, int at, int stride, short[] stored, int first, int end) {
    Objects.checkIndex(tile.headSize / PAGE, takes(tile.headSize) ? MOST_HEAD : 0);
    Objects.checkFromToIndex(first, end, tile.bases.length);
    int heads = tile.group * tile.headSize;
    Objects.checkFromIndexSize(at, (tile.rows - 1) * stride + heads, x.length);
    for (int page = first; page < end; page++) {
      Objects.checkFromIndexSize(tile.bases[page], tile.headSize * PAGE, stored.length);
    }
  }

  private static void checkSpans(AttentionTile tile) {
    for (int row = 0; row < tile.rows; row++) {
      Objects.checkFromToIndex(tile.spans[2 * row], tile.spans[2 * row + 1], tile.scoresStride + 1);
    }
  }

  private void call(
      int what,
      AttentionTile tile,
      float[] x,
      int at,
      int stride,
      short[] stored,
      int first,
      int end) {
    Objects.checkIndex(tile.rows, tile.spans.length / 2 + 1);
    try {
      PAGES.invokeExact(
          function,
          what,
          MemorySegment.ofArray(x),
          at,
          stride,
          tile.rows,
          tile.group,
          tile.headSize,
          MemorySegment.ofArray(stored),
          MemorySegment.ofArray(tile.bases),
          first,
          end,
          MemorySegment.ofArray(tile.spans),
          tile.scale,
          MemorySegment.ofArray(tile.scores),
          tile.scoresStride);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
  }
}
