package updraft.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher asks of the JVM, in an unpacked distribution; the JVM is a script. */
class LauncherTest {
  private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    home = Files.createDirectories(folder.resolve("updraft"));
    for (String file : List.of("jvm.args", "find-jdk.sh")) {
      Files.copy(Checkout.file(file), home.resolve(file));
    }
    Files.createDirectories(home.resolve("bin"));
    Files.copy(
        Checkout.file("jvm.args").resolveSibling("updraft"),
        home.resolve("bin/updraft"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.createDirectories(home.resolve("lib"));
    Files.writeString(home.resolve("lib/updraft.jar"), "");
    Files.createDirectories(home.resolve("models"));
    Files.writeString(home.resolve("models/java-5m.gguf"), "");
    java("for a; do case $a in -XX:AOTCacheOutput=*) echo learnt >${a#*=};; esac; done");
  }

  @Test
  void theFirstUsePreparesQuickStartsAndTheNextDoesNot() throws Exception {
    assertThat(launch("run", "--prompt", "hello"))
        .contains("updraft: preparing quick starts (once after a build) ...");
    assertThat(launch("run", "--prompt", "hello")).doesNotContain("preparing");
  }

  @Test
  void aQuickStartTakesTheCacheAndLeavesTheVectorModuleOut() throws Exception {
    List<String> arguments = argumentsOf("run", "--prompt", "hello");
    assertThat(arguments)
        .anyMatch(a -> a.matches("-XX:AOTCache=.*/quick-start-\\d+\\.aot"))
        .contains("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC")
        .doesNotContain(VECTOR_MODULE)
        .endsWith("updraft.cli.Main", "run", "--prompt", "hello");
  }

  @Test
  void commandsThatMayComputeWithTheVectorApiGetItsModule() throws Exception {
    argumentsOf("run");
    for (String[] command :
        new String[][] {
          {"run", "--kernels", "vector"},
          {"run", "--kernels=scalar"},
          {"chat", "--lanes", "256"},
          {"run", "--backend", "tornado-sim"},
          {"serve"},
          {"bench", "verify"}
        }) {
      assertThat(argumentsOf(command))
          .as(String.join(" ", command))
          .anyMatch(a -> a.endsWith("/jvm.args"))
          .noneMatch(a -> a.startsWith("-XX:AOTCache"));
    }
  }

  @Test
  void withoutNativeKernelsTheModuleStaysAndPreparingIsNotTriedAgain() throws Exception {
    java("for a; do case $a in -XX:AOTCacheOutput=*) echo half >${a#*=}; exit 1;; esac; done");
    assertThat(launch("run")).contains("preparing");
    assertThat(launch("run")).doesNotContain("preparing");
    assertThat(argumentsOf("run"))
        .anyMatch(a -> a.endsWith("/jvm.args"))
        .noneMatch(a -> a.startsWith("-XX:AOTCache"));
  }

  @Test
  void aNewBuildIsPreparedAnew() throws Exception {
    launch("run");
    try (Stream<Path> files = Files.list(home)) {
      Path cache = files.filter(f -> f.toString().endsWith(".aot")).findFirst().orElseThrow();
      Files.setLastModifiedTime(cache, FileTime.from(Instant.now().minusSeconds(60)));
    }
    Path jar = home.resolve("lib/updraft.jar");
    Files.writeString(jar, "");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0)); // as builds that can be repeated do
    assertThat(launch("run")).contains("preparing");
  }

  @Test
  void withoutTheEmbeddedModelItRunsAsItIs() throws Exception {
    Files.delete(home.resolve("models/java-5m.gguf"));
    assertThat(launch("run")).doesNotContain("preparing");
    assertThat(argumentsOf("run")).anyMatch(a -> a.endsWith("/jvm.args"));
  }

  /** A JDK whose JVM writes its arguments to a file, one a line, after doing something. */
  private void java(String first) throws IOException {
    Path jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Files.writeString(
        jdk.resolve("bin/java"),
        "#!/bin/sh\n" + first + "\nprintf '%s\\n' \"$@\" >" + folder.resolve("arguments") + "\n");
    Files.writeString(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    for (String tool : List.of("java", "javac")) {
      assertThat(jdk.resolve("bin/" + tool).toFile().setExecutable(true)).isTrue();
    }
  }

  private List<String> argumentsOf(String... command) throws Exception {
    launch(command);
    return Files.readAllLines(folder.resolve("arguments"));
  }

  /** Returns what the launcher printed. */
  private String launch(String... command) throws Exception {
    List<String> line =
        new ArrayList<>(Stream.concat(Stream.of("bin/updraft"), Stream.of(command)).toList());
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(home.toFile()).redirectErrorStream(true);
    builder.environment().put("UPDRAFT_JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().remove("UPDRAFT_JAVA_OPTS");
    Process process = builder.start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }
}
