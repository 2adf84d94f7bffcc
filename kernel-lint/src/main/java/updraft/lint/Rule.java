package updraft.lint;

/**
 * What no kernel may contain, because a back end refuses it or, worse, gets it wrong without a
 * word. Found by trying each on TornadoVM 5.2.0 with its PTX, OpenCL and CUDA back ends.
 */
public enum Rule {
  SIGNED_SHIFT(
      "x >> n of a negative x is wrong on PTX",
      "mask right behind it, (x >> 24) & 0xFF, and sign-extend with (q ^ 0x80) - 0x80"),
  UNSIGNED_SHIFT(
      "x >>> n of a negative x is wrong on OpenCL and CUDA",
      "mask right behind it, (x >>> 24) & 0xFF, or unpack from bytes, b.get(k) & 0xFF"),
  SIGNED_DIVISION(
      "a negative int divided by a power of two is wrong on every back end",
      "keep the dividend non-negative, (x & 0x7FFFFFFF) / 16"),
  LOOP_CONDITION_READS_MEMORY(
      "a loop whose condition reads memory is wrong on PTX",
      "read into a variable: int v = in.get(x); while (v > 2) { ...; v = in.get(x); }"),
  RETURN_IN_LOOP(
      "a return from inside a loop is wrong on every back end",
      "put it into the condition: while (p < m && r < 0)"),
  BREAK_WITH_STATE(
      "a break that carries a value out of its loop is wrong on every back end",
      "put it into the condition: while (p < m && r < 0), or if (hit && r < 0) r = p"),
  LOOP_OR(
      "while (a || b) is wrong on OpenCL and CUDA",
      "compute the condition into an int at the end of the body"),
  DO_WHILE_WITH_ELSE("do-while around if/else is wrong on OpenCL and CUDA", "use while or for"),
  LOCAL_ARRAY_PASSED(
      "a local array passed to a helper is wrong on every back end",
      "write the helper's code where the array is, or allocate it in the helper"),
  LOCAL_BYTES("a local byte[] is wrong on OpenCL and CUDA", "use allocateIntLocalArray"),
  LOCAL_ATOMIC(
      "atomicAdd on a local int[] is wrong on OpenCL and CUDA and refused on PTX",
      "use atomicAdd on an IntArray, or a tree with barriers"),
  HALF_CONVERSION(
      "Float.float16ToFloat and floatToFloat16 are wrong on OpenCL and CUDA and refused on PTX",
      "use HalfFloat.getFloat32 and new HalfFloat(float)"),
  WARP_INTRINSIC(
      "simdSum, simdShuffleDown and simdBroadcastFirst do nothing on OpenCL",
      "reduce through a local array with barriers"),
  NOT_FINITE(
      "NaN and infinities are compared and stored wrongly", "use -Float.MAX_VALUE and the like"),
  SECOND_PARALLEL_LOOP(
      "a second top-level @Parallel loop in a method is wrong on every back end",
      "make it a kernel of its own"),
  PARALLEL_WITH_CONTEXT(
      "@Parallel in a kernel with a KernelContext runs every turn in every work-item",
      "take ids from the context"),
  FOREIGN_CONTEXT(
      "ids of a KernelContext that is not the kernel's parameter are all 0",
      "take the context as a parameter and pass it to helpers"),
  LOCAL_SIZE(
      "a local array's size must be a constant or computed from scalar arguments",
      "use a constant and check it against the grid on the host"),
  PRIVATE_SIZE(
      "a private array's size must be a constant", "use the largest size that there can be"),
  TOO_MANY_ARGUMENTS(
      "a kernel may have 20 arguments, the context included", "put numbers into an IntArray"),
  RESERVED_NAME(
      "a kernel whose name is a word or a function of OpenCL is refused or crashes its driver",
      "name what it does"),
  MEMORY_SEGMENT("MemorySegment is refused", "use FloatArray and the like"),
  BOOLEAN_ARRAY("boolean[] is refused", "use int[]"),
  OBJECT_WITH_ARRAY("arrays in objects are refused", "pass the array as an argument"),
  STATIC_ARRAY("static arrays are refused", "pass the array as an argument"),
  THROW("throw is refused", "check on the host, before the kernel"),
  REFUSED_MATH(
      "Math.floor, round, rint, fma and abs(int) are refused",
      "use (int) casts, a * b + c, and x < 0 ? -x : x");

  private final String reason;
  private final String idiom;

  Rule(String reason, String idiom) {
    this.reason = reason;
    this.idiom = idiom;
  }

  /** What goes wrong, and where. */
  public String reason() {
    return reason;
  }

  /** What to write instead. */
  public String idiom() {
    return idiom;
  }
}
