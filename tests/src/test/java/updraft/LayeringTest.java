package updraft;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom: dependencies point one way, as ARCHITECTURE.md draws them. */
class LayeringTest {
  /** A process of its own, which its parent starts with its own JVM and whose output it reads. */
  private static final String SPAN_SINK = "updraft.bench.SpanSink";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("test-classes"))
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("updraft");

  /** By package of the engine and of the simulator, those others that it may know. */
  private static final Map<String, String> MAY_KNOW =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("lint", ""),
              Map.entry("sim", "lint"),
              Map.entry("request", ""),
              Map.entry("record", "request"),
              Map.entry("cache", ""),
              Map.entry("model", ""),
              Map.entry("kernel", "model"),
              Map.entry("text", "model"),
              Map.entry("trace", "record request"),
              Map.entry("sample", "kernel request"),
              Map.entry("forward", "cache kernel model"),
              Map.entry("tornado", "cache forward model"),
              Map.entry("speculate", "cache forward request sample"),
              Map.entry("schedule", "cache forward record request sample speculate text trace"),
              Map.entry(
                  "engine", "cache forward model record request schedule speculate text trace")));

  static Stream<Map.Entry<String, String>> packages() {
    return MAY_KNOW.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageKnowsOnlyThoseBelowIt(Map.Entry<String, String> entry) {
    String name = entry.getKey();
    String[] allowed =
        Stream.concat(Stream.of(name), Arrays.stream(entry.getValue().split(" ")))
            .filter(other -> !other.isEmpty())
            .map(other -> "updraft." + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("updraft." + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("updraft..").and(not(resideInAnyPackage(allowed))))
        .because(name + " may know: " + entry.getValue())
        .check(CLASSES);
  }

  @Test
  void everyPackageHasItsPlace() {
    assertThat(
            CLASSES.stream()
                .map(type -> type.getPackageName().split("\\.")[1])
                .collect(Collectors.toSet()))
        .containsAll(MAY_KNOW.keySet())
        .isSubsetOf(
            Stream.concat(MAY_KNOW.keySet().stream(), Stream.of("server", "cli", "bench"))
                .toList());
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("updraft.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void modulesDependOneWay() {
    noClasses()
        .that()
        .resideInAPackage("updraft.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("updraft.cli..", "updraft.bench..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("updraft.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("updraft.cli..", "updraft.server..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void openTelemetryStaysInTraceAndWhereItIsConfigured() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "updraft.trace..", "updraft.engine..", "updraft.server..", "updraft.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(CLASSES);
    classes()
        .that()
        .resideInAPackage("updraft.engine..")
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage("io.opentelemetry..")).or(type(OpenTelemetry.class)))
        .check(CLASSES);
  }

  @Test
  void webAndCommandLineLibrariesStayOutOfTheEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("updraft.server..", "updraft.cli..", "updraft.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.javalin..", "org.eclipse.jetty..", "picocli..", "tools.jackson..", "org.slf4j..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("updraft.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }

  @Test
  void vectorsStayInKernels() {
    noClasses()
        .that()
        .resideOutsideOfPackage("updraft.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineWritesToTheConsole() {
    for (String stream : new String[] {"out", "err"}) {
      noClasses()
          .that()
          .resideOutsideOfPackage("updraft.cli..")
          .and()
          .doNotHaveFullyQualifiedName(SPAN_SINK)
          .should()
          .accessField(System.class, stream)
          .check(CLASSES);
    }
    noClasses()
        .that()
        .resideOutsideOfPackage("updraft.cli..")
        .should()
        .callMethod(Throwable.class, "printStackTrace")
        .check(CLASSES);
  }

  @Test
  void onlyMainLooksAtTheProcess() {
    noClasses()
        .that()
        // the platform's name, by which the native library is found, is nobody's setting; the
        // simulator is set by a property, as TornadoVM in its place is, whose limit of memory
        // Device reads
        .haveNameNotMatching(
            "updraft\\.(cli\\.(Main|Version)|kernel\\.NativeLibrary|sim\\.SimulatorOptions|tornado\\.Device)")
        .and()
        .doNotHaveFullyQualifiedName(SPAN_SINK)
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  @Test
  void aBackendIsFoundByNameAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("updraft.forward..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("updraft\\.forward\\.Cpu.*")
        .check(CLASSES);
  }
}
