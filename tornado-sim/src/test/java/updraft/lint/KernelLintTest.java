package updraft.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lint's tests stand here because its examples need the API. */
class KernelLintTest {

  @ParameterizedTest
  @EnumSource(Rule.class)
  void everyBadExampleBreaksItsRuleAloneAndTheGoodOneNone(Rule rule) throws Exception {
    Class<?> examples = examples(rule);
    List<Finding> found = findings(examples);
    assertThat(found).extracting(Finding::rule).containsOnly(rule);
    assertThat(found).extracting(Finding::method).doesNotContain("good");
    // a finding stands in the kernel itself or in a private helper of its name's example
    List<String> bad = new ArrayList<>();
    for (var method : examples.getDeclaredMethods()) {
      if (!method.isSynthetic()
          && !java.lang.reflect.Modifier.isPrivate(method.getModifiers())
          && !method.getName().equals("good")) {
        bad.add(method.getName());
      }
    }
    assertThat(found).hasSizeGreaterThanOrEqualTo(bad.size());
  }

  @Test
  void aMessageNamesKernelLineReasonAndIdiom() throws Exception {
    Finding finding =
        findings(LintExamples.LoopConditionReadsMemory.class).stream()
            .filter(each -> each.method().equals("walk"))
            .findFirst()
            .orElseThrow();
    assertThat(finding.toString())
        .startsWith("updraft.lint.LintExamples$LoopConditionReadsMemory.walk(LintExamples.java:")
        .contains("a loop whose condition reads memory is wrong on PTX")
        .endsWith(
            "rule=LOOP_CONDITION_READS_MEMORY, read into a variable: int v = in.get(x);"
                + " while (v > 2) { ...; v = in.get(x); }");
  }

  @Test
  void aFolderWithoutKernelsIsRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> KernelLint.check(empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there must be a kernel to check: classes=" + empty);
  }

  private static List<Finding> findings(Class<?> examples) throws IOException, URISyntaxException {
    Path classes =
        Path.of(LintExamples.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return KernelLint.check(classes).stream()
        .filter(finding -> finding.kernelClass().equals(examples.getName()))
        .toList();
  }

  private static Class<?> examples(Rule rule) throws ClassNotFoundException {
    String name =
        rule == Rule.MEMORY_SEGMENT
            ? "Segment" // so that its code can name the JDK's class
            : Arrays.stream(rule.name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    return Class.forName(LintExamples.class.getName() + "$" + name);
  }
}
