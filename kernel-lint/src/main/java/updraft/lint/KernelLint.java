package updraft.lint;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds in kernels' class files what {@link Rule} forbids. A kernel is a static method that has a
 * KernelContext among its parameters or a {@code @Parallel} loop; it is followed into every method
 * that it calls, so code of the host beside it may do what it likes.
 *
 * <p>Signs are followed from constants, ids and sizes; a scalar parameter of a kernel counts as
 * non-negative, what is read from memory does not.
 */
public final class KernelLint {

  private KernelLint() {}

  /**
   * Checks every kernel below a folder of class files.
   *
   * @throws IllegalArgumentException if there is no kernel: a lint that looks at nothing passes
   */
  public static List<Finding> check(Path classes) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    KernelClasses source = KernelClasses.of(classes);
    List<KernelClasses.Method> kernels = new ArrayList<>();
    for (Path file : files) {
      ClassModel model = ClassFile.of().parse(file);
      for (MethodModel method : model.methods()) {
        if (HeadRules.isKernel(method)) {
          kernels.add(new KernelClasses.Method(model.thisClass().asInternalName(), method));
        }
      }
    }
    if (kernels.isEmpty()) {
      throw new IllegalArgumentException("there must be a kernel to check: classes=" + classes);
    }
    return check(source, kernels);
  }

  private static List<Finding> check(KernelClasses source, List<KernelClasses.Method> kernels) {
    Findings findings = new Findings();
    ValueRules values = new ValueRules(findings);
    WordRules words = new WordRules(findings);
    Set<KernelClasses.Method> seen = new HashSet<>();
    MethodFlow flow =
        new MethodFlow(
            source,
            (site, instruction, before) -> {
              if (seen.add(site.method())) {
                LoopRules.check(site.method(), site.code(), findings);
              }
              values.visit(site, instruction, before);
              words.visit(site, instruction, before);
            });
    for (KernelClasses.Method kernel : kernels) {
      HeadRules.check(kernel, firstLine(kernel), findings);
      flow.follow(kernel, KernelUse.parameters(kernel.model().methodTypeSymbol()));
    }
    return findings.sorted();
  }

  private static int firstLine(KernelClasses.Method kernel) {
    return MethodCode.of(kernel.model()).lines().getFirst();
  }
}
