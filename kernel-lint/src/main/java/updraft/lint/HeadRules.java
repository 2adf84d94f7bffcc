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
  private static final Set<String> WORDS =
      Set.of(
          "auto",
          "bool",
          "constant",
          "extern",
          "global",
          "inline",
          "kernel",
          "local",
          "private",
          "register",
          "restrict",
          "signed",
          "sizeof",
          "struct",
          "typedef",
          "uchar",
          "uint",
          "ulong",
          "union",
          "unsigned",
          "ushort",
          "half",
          "event_t",
          "sampler_t",
          "size_t",
          "uniform",
          "pipe",
          "read_only",
          "write_only",
          "read_write");

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
