package updraft.lint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * For each rule a class of its name: {@code good} is clean, everything else in it breaks that rule.
 */
@SuppressWarnings("unused")
final class LintExamples {

  private static final int[] TABLE = {1, 2, 3};
  private static final KernelContext ELSEWHERE = new KernelContext();

  private LintExamples() {}

  static final class SignedShift {
    static void word(KernelContext context, IntArray in, IntArray out) {
      out.set(context.globalIdx, in.get(context.globalIdx) >> 2);
    }

    static void difference(KernelContext context, IntArray out, int last) {
      out.set(context.globalIdx, (last - context.globalIdx) >> 1);
    }

    static void throughAHelper(KernelContext context, ByteArray in, IntArray out) {
      out.set(context.globalIdx, half(in.get(context.globalIdx)));
    }

    private static int half(int x) {
      return x >> 1;
    }

    static void maskTooWide(KernelContext context, IntArray in, IntArray out) {
      out.set(context.globalIdx, (in.get(context.globalIdx) >> 28) & 0xFF);
    }

    static void good(KernelContext context, IntArray in, ByteArray bytes, IntArray out, int size) {
      int i = context.globalIdx;
      int word = in.get(i);
      int sum = (word >> 24) & 0xFF;
      for (int k = 0; k < 8; k++) {
        sum += (word >> (4 * k)) & 15;
      }
      for (int step = size >> 1; step > 0; step >>= 1) {
        sum += step;
      }
      sum += (bytes.get(i) & 0xFF) >> 4;
      sum += i >> 3;
      out.set(i, sum);
    }
  }

  static final class UnsignedShift {
    static void word(KernelContext context, IntArray in, IntArray out) {
      out.set(context.globalIdx, in.get(context.globalIdx) >>> 7);
    }

    static void good(KernelContext context, IntArray in, IntArray out) {
      int word = in.get(context.globalIdx);
      out.set(context.globalIdx, ((word >>> 24) & 0xFF) + (context.globalIdx >>> 1));
    }
  }

  static final class SignedDivision {
    static void difference(KernelContext context, IntArray out, int middle) {
      out.set(context.globalIdx, (context.globalIdx - middle) / 4);
    }

    static void weight(KernelContext context, ByteArray in, IntArray out) {
      out.set(context.globalIdx, in.get(context.globalIdx) / 16);
    }

    static void good(KernelContext context, IntArray positions, IntArray out, int middle) {
      int i = context.globalIdx;
      int page = positions.get(i) / 16;
      int masked = ((i - middle) & 0x7FFFFFFF) / 4;
      int groups = (middle + 32 - 1) / 32;
      int byVariable = (i - middle) / 3;
      out.set(i, page + masked + groups + byVariable + i / 32);
    }
  }

  static final class LoopConditionReadsMemory {
    static void bound(KernelContext context, IntArray n, IntArray out) {
      int sum = 0;
      for (int p = 0; p <= n.get(0); p++) {
        sum += p;
      }
      out.set(context.globalIdx, sum);
    }

    static void walk(KernelContext context, IntArray in, IntArray out) {
      int x = context.globalIdx;
      while (in.get(x) > 2) {
        x++;
      }
      out.set(context.globalIdx, x);
    }

    static void throughAHelper(KernelContext context, IntArray in, IntArray out) {
      int x = context.globalIdx;
      while (value(in, x) > 2) {
        x++;
      }
      out.set(context.globalIdx, x);
    }

    private static int value(IntArray in, int x) {
      return in.get(x);
    }

    static void good(KernelContext context, IntArray in, IntArray n, IntArray out) {
      int x = context.globalIdx;
      int last = n.get(0);
      int v = in.get(x);
      while (v > 2 && x < last) {
        x++;
        v = in.get(x);
        if (in.get(x) == 7) {
          x++;
        }
      }
      out.set(context.globalIdx, x);
    }
  }

  static final class ReturnInLoop {
    static void bad(KernelContext context, IntArray in, IntArray out, int n) {
      for (int p = 0; p < n; p++) {
        int v = in.get(p);
        if (v == 3) {
          return;
        }
      }
      out.set(context.globalIdx, 1);
    }

    static void throughAHelper(KernelContext context, IntArray in, IntArray out, int n) {
      out.set(context.globalIdx, find(in, n));
    }

    private static int find(IntArray in, int n) {
      for (int p = 0; p < n; p++) {
        if (in.get(p) == 3) {
          return p;
        }
      }
      return -1;
    }

    static void good(KernelContext context, IntArray in, IntArray out, int n) {
      if (context.globalIdx >= n) {
        return;
      }
      int found = -1;
      int p = 0;
      while (p < n && found < 0) {
        if (in.get(p) == 3) {
          found = p;
        }
        p++;
      }
      out.set(context.globalIdx, found);
    }
  }

  static final class BreakWithState {
    static void bad(KernelContext context, IntArray in, IntArray out, int n) {
      int r = -1;
      for (int p = 0; p < n; p++) {
        int v = in.get(p);
        if (v == 3) {
          r = p;
          break;
        }
      }
      out.set(context.globalIdx, r);
    }

    static void good(KernelContext context, IntArray in, IntArray out, int n) {
      int r = -1;
      for (int p = 0; p < n; p++) {
        int v = in.get(p);
        if (v == 9) {
          continue;
        }
        if (v == 3 && r < 0) {
          r = p;
        }
      }
      out.set(context.globalIdx, r);
    }
  }

  static final class LoopOr {
    static void bad(KernelContext context, IntArray out, int a, int b) {
      int x = 0;
      while (x < a || x < b) {
        x++;
      }
      out.set(context.globalIdx, x);
    }

    static void good(KernelContext context, IntArray out, int a, int b) {
      int x = 0;
      int more = 1;
      while (more > 0) {
        x++;
        more = x < a || x < b ? 1 : 0;
      }
      while (x > a && x > b) {
        x--;
      }
      out.set(context.globalIdx, x);
    }
  }

  static final class DoWhileWithElse {
    static void bad(KernelContext context, IntArray out, int n) {
      int x = 0;
      int y = 0;
      do {
        if (x % 2 == 0) {
          y += 2;
        } else {
          y += 3;
        }
        x++;
      } while (x < n);
      out.set(context.globalIdx, y);
    }

    static void good(KernelContext context, IntArray out, int n) {
      int x = 0;
      int y = 0;
      while (x < n) {
        if (x % 2 == 0) {
          y += 2;
        } else {
          y += 3;
        }
        x++;
      }
      do {
        x++;
      } while (x < 2 * n);
      out.set(context.globalIdx, x + y);
    }
  }

  static final class LocalArrayPassed {
    static void bad(KernelContext context, FloatArray out) {
      float[] shared = context.allocateFloatLocalArray(32);
      shared[context.localIdx] = 1f;
      context.localBarrier();
      out.set(context.globalIdx, first(shared));
    }

    private static float first(float[] values) {
      return values[0];
    }

    static void good(KernelContext context, FloatArray out) {
      float[] own = new float[4];
      for (int k = 0; k < 4; k++) {
        own[k] = k;
      }
      out.set(context.globalIdx, first(own) + fromAHelper(context));
    }

    private static float fromAHelper(KernelContext context) {
      float[] shared = context.allocateFloatLocalArray(32);
      shared[context.localIdx] = 1f;
      context.localBarrier();
      return shared[0];
    }
  }

  static final class LocalBytes {
    static void bad(KernelContext context, IntArray out) {
      byte[] shared = context.allocateByteLocalArray(32);
      shared[context.localIdx] = 1;
      out.set(context.globalIdx, shared[context.localIdx]);
    }

    static void good(KernelContext context, IntArray out) {
      int[] shared = context.allocateIntLocalArray(32);
      shared[context.localIdx] = 1;
      out.set(context.globalIdx, shared[context.localIdx]);
    }
  }

  static final class LocalAtomic {
    static void bad(KernelContext context, IntArray out) {
      int[] shared = context.allocateIntLocalArray(1);
      context.atomicAdd(shared, 0, 1);
      out.set(context.globalIdx, shared[0]);
    }

    static void good(KernelContext context, IntArray out) {
      context.atomicAdd(out, 0, 1);
    }
  }

  static final class HalfConversion {
    static void bad(KernelContext context, ShortArray in, FloatArray out) {
      out.set(context.globalIdx, Float.float16ToFloat(in.get(context.globalIdx)));
    }

    static void good(KernelContext context, ShortArray in, FloatArray out) {
      out.set(context.globalIdx, new HalfFloat(in.get(context.globalIdx)).getFloat32());
    }
  }

  static final class WarpIntrinsic {
    static void bad(KernelContext context, FloatArray out) {
      out.set(context.globalIdx, context.simdSum(1f));
    }

    static void good(KernelContext context, FloatArray out) {
      context.localBarrier();
      out.set(context.globalIdx, 1f);
    }
  }

  static final class NotFinite {
    static void start(KernelContext context, FloatArray out) {
      out.set(context.globalIdx, Float.NEGATIVE_INFINITY);
    }

    static void test(KernelContext context, FloatArray in, FloatArray out) {
      float x = in.get(context.globalIdx);
      out.set(context.globalIdx, Float.isNaN(x) ? 0f : x);
    }

    static void good(KernelContext context, FloatArray out) {
      out.set(context.globalIdx, -Float.MAX_VALUE);
    }
  }

  static final class SecondParallelLoop {
    static void bad(FloatArray out) {
      for (@Parallel int i = 0; i < out.getSize(); i++) {
        out.set(i, 1f);
      }
      for (@Parallel int i = 0; i < out.getSize(); i++) {
        out.set(i, 2f);
      }
    }

    static void good(FloatArray out, int n) {
      for (@Parallel int i = 0; i < n; i++) {
        for (@Parallel int j = 0; j < n; j++) {
          out.set(i * n + j, 1f);
        }
      }
    }
  }

  static final class ParallelWithContext {
    static void bad(KernelContext context, FloatArray out) {
      for (@Parallel int i = 0; i < out.getSize(); i++) {
        out.set(i, 1f);
      }
    }

    static void good(KernelContext context, FloatArray out) {
      for (int i = context.globalIdx; i < out.getSize(); i += context.globalGroupSizeX) {
        out.set(i, 1f);
      }
    }
  }

  static final class ForeignContext {
    static void bad(KernelContext context, FloatArray out) {
      out.set(ELSEWHERE.globalIdx, 1f);
    }

    static void good(KernelContext context, FloatArray out) {
      out.set(id(context), 1f);
    }

    private static int id(KernelContext context) {
      return context.globalIdx;
    }
  }

  static final class LocalSize {
    static void bad(KernelContext context, IntArray sizes, FloatArray out) {
      float[] shared = context.allocateFloatLocalArray(sizes.get(0));
      shared[context.localIdx] = 1f;
      out.set(context.globalIdx, shared[context.localIdx]);
    }

    static void good(KernelContext context, FloatArray out, int heads) {
      float[] shared = context.allocateFloatLocalArray(heads * 4);
      shared[context.localIdx] = 1f;
      out.set(context.globalIdx, shared[context.localIdx]);
    }
  }

  static final class PrivateSize {
    static void bad(KernelContext context, FloatArray out, int n) {
      float[] sums = new float[n];
      sums[0] = 1f;
      out.set(context.globalIdx, sums[0]);
    }

    static void good(KernelContext context, FloatArray out) {
      float[] sums = new float[2 * 4];
      sums[0] = 1f;
      out.set(context.globalIdx, sums[0]);
    }
  }

  static final class TooManyArguments {
    static void bad(
        KernelContext context,
        IntArray out,
        int a,
        int b,
        int c,
        int d,
        int e,
        int f,
        int g,
        int h,
        int i,
        int j,
        int k,
        int l,
        int m,
        int n,
        int o,
        int p,
        int q,
        int r,
        int s) {
      out.set(context.globalIdx, a);
    }

    static void good(KernelContext context, IntArray numbers, IntArray out) {
      out.set(context.globalIdx, numbers.get(0));
    }
  }

  static final class ReservedName {
    static void half(KernelContext context, IntArray out) {
      out.set(context.globalIdx, 1);
    }

    static void int8(KernelContext context, IntArray out) {
      out.set(context.globalIdx, 1);
    }

    static void select(KernelContext context, IntArray out) {
      out.set(context.globalIdx, 1);
    }

    static void good(KernelContext context, IntArray out) {
      out.set(context.globalIdx, 1);
    }
  }

  static final class Segment {
    static void bad(KernelContext context, MemorySegment in, FloatArray out) {
      out.set(context.globalIdx, in.get(ValueLayout.JAVA_FLOAT, 0));
    }

    static void good(KernelContext context, FloatArray in, FloatArray out) {
      out.set(context.globalIdx, in.get(0));
    }
  }

  static final class BooleanArray {
    static void bad(KernelContext context, IntArray out) {
      boolean[] seen = new boolean[4];
      seen[0] = true;
      out.set(context.globalIdx, seen[0] ? 1 : 0);
    }

    static void good(KernelContext context, IntArray out) {
      int[] seen = new int[4];
      seen[0] = 1;
      out.set(context.globalIdx, seen[0]);
    }
  }

  static final class ObjectWithArray {
    private final FloatArray values = new FloatArray(4);

    static void bad(KernelContext context, ObjectWithArray in, FloatArray out) {
      out.set(context.globalIdx, in.values.get(0));
    }

    static void good(KernelContext context, FloatArray in, FloatArray out) {
      out.set(context.globalIdx, in.get(0));
    }
  }

  static final class StaticArray {
    static void bad(KernelContext context, IntArray out) {
      out.set(context.globalIdx, TABLE[1]);
    }

    static void good(KernelContext context, IntArray table, IntArray out) {
      out.set(context.globalIdx, table.get(1));
    }
  }

  static final class Throw {
    static void bad(KernelContext context, IntArray out, int n) {
      if (n < 0) {
        throw new IllegalArgumentException("n must not be negative: n=" + n);
      }
      out.set(context.globalIdx, n);
    }

    static void good(KernelContext context, IntArray out, int n) {
      host(n);
      out.set(context.globalIdx, n);
    }

    private static void host(int n) {}
  }

  static final class RefusedMath {
    static void lower(KernelContext context, FloatArray out) {
      out.set(context.globalIdx, (float) Math.floor(out.get(0)));
    }

    static void size(KernelContext context, IntArray in, IntArray out) {
      out.set(context.globalIdx, Math.abs(in.get(0)));
    }

    static void good(KernelContext context, IntArray in, FloatArray out) {
      int x = in.get(0);
      out.set(context.globalIdx, Math.abs(out.get(1)) + (x < 0 ? -x : x) + Math.max(x, 2));
    }
  }
}
