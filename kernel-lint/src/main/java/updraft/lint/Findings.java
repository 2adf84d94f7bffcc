package updraft.lint;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was found so far, each once. */
final class Findings {

  private final Set<Finding> found = new LinkedHashSet<>();

  void add(KernelClasses.Method method, int line, Rule rule) {
    found.add(new Finding(method.owner().replace('/', '.'), method.name(), line, rule));
  }

  void add(MethodFlow.Site site, Rule rule) {
    add(site.method(), site.line(), rule);
  }

  List<Finding> sorted() {
    return found.stream()
        .sorted(
            Comparator.comparing(Finding::kernelClass)
                .thenComparingInt(Finding::line)
                .thenComparing(Finding::rule))
        .toList();
  }
}
