package updraft.lint;

import java.lang.classfile.Attributes;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes a method a kernel, and what its head must not be. */
final class HeadRules {

  private static final int MAX_ARGUMENTS = 20;
  private static final String CONTEXT = "L" + Calls.CONTEXT + ";";
  private static final String PARALLEL = "L" + Calls.API + "annotations/Parallel;";
  private static final Pattern VECTOR =
      Pattern.compile("u?(char|short|int|long)(2|3|4|8|16)|(half|float|double)(2|3|4|8|16)?");

  /** Keywords and types of OpenCL C, then its functions by section of its specification. */
  private static final Set<String> WORDS =
      Set.of(
          """
          auto bool constant extern global inline kernel local private register restrict signed
          sizeof struct typedef uchar uint ulong union unsigned ushort half event_t sampler_t
          size_t uniform pipe read_only write_only read_write

          acos acosh acospi asin asinh asinpi atan atan2 atanh atanpi atan2pi cbrt ceil copysign
          cos cosh cospi erf erfc exp exp2 exp10 expm1 fabs fdim floor fma fmax fmin fmod fract
          frexp hypot ilogb ldexp lgamma lgamma_r log log2 log10 log1p logb mad maxmag minmag modf
          nan nextafter pow pown powr remainder remquo rint rootn round rsqrt sin sincos sinh
          sinpi sqrt tan tanh tanpi tgamma trunc divide recip

          abs abs_diff add_sat hadd rhadd clamp clz ctz mad_hi mad_sat max min mul_hi rotate
          sub_sat upsample popcount mad24 mul24
          degrees mix radians step smoothstep sign
          cross dot distance length normalize fast_distance fast_length fast_normalize
          isequal isnotequal isgreater isgreaterequal isless islessequal islessgreater isfinite
          isinf isnan isnormal isordered isunordered signbit any all bitselect select
          barrier mem_fence read_mem_fence write_mem_fence prefetch shuffle shuffle2 printf
          atomic_add atomic_sub atomic_xchg atomic_inc atomic_dec atomic_cmpxchg atomic_min
          atomic_max atomic_and atomic_or atomic_xor
          """
              .strip()
              .split("\\s+"));

  private HeadRules() {}

  static boolean isKernel(MethodModel method) {
    return method.flags().has(AccessFlag.STATIC)
        && method.code().isPresent()
        && (hasContext(method) || !parallelLoops(method).isEmpty());
  }

  static void check(KernelClasses.Method kernel, int line, Findings findings) {
    MethodModel method = kernel.model();
    List<ClassDesc> parameters = method.methodTypeSymbol().parameterList();
    if (parameters.size() > MAX_ARGUMENTS) {
      findings.add(kernel, line, Rule.TOO_MANY_ARGUMENTS);
    }
    if (WORDS.contains(kernel.name()) || VECTOR.matcher(kernel.name()).matches()) {
      findings.add(kernel, line, Rule.RESERVED_NAME);
    }
    for (ClassDesc parameter : parameters) {
      String type = parameter.descriptorString();
      if (type.startsWith("Ljava/lang/foreign/")) {
        findings.add(kernel, line, Rule.MEMORY_SEGMENT);
      } else if (type.equals("[Z")) {
        findings.add(kernel, line, Rule.BOOLEAN_ARRAY);
      }
    }
    List<int[]> loops = parallelLoops(method);
    if (hasContext(method) && !loops.isEmpty()) {
      findings.add(kernel, line, Rule.PARALLEL_WITH_CONTEXT);
    }
    for (int[] one : loops) {
      for (int[] other : loops) {
        if (one[1] <= other[0]) {
          findings.add(kernel, line, Rule.SECOND_PARALLEL_LOOP);
        }
      }
    }
  }

  private static boolean hasContext(MethodModel method) {
    return method.methodTypeSymbol().parameterList().stream()
        .anyMatch(parameter -> parameter.descriptorString().equals(CONTEXT));
  }

  /** Ranges of bytecode in which a variable of a {@code @Parallel} loop lives. */
  private static List<int[]> parallelLoops(MethodModel method) {
    List<int[]> ranges = new ArrayList<>();
    CodeModel code = method.code().orElseThrow();
    if (!(code instanceof CodeAttribute attribute)) {
      return ranges;
    }
    attribute
        .findAttribute(Attributes.runtimeVisibleTypeAnnotations())
        .ifPresent(
            annotations -> {
              for (TypeAnnotation annotation : annotations.annotations()) {
                if (annotation.annotation().className().equalsString(PARALLEL)
                    && annotation.targetInfo() instanceof TypeAnnotation.LocalVarTarget target) {
                  target
                      .table()
                      .forEach(
                          range ->
                              ranges.add(
                                  new int[] {
                                    attribute.labelToBci(range.startLabel()),
                                    attribute.labelToBci(range.endLabel())
                                  }));
                }
              }
            });
    return ranges;
  }
}
