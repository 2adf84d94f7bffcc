package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {

  @Test
  void scalarCodeNeedsNoVectors() {
    assertThat(Kernels.of(0).name()).isEqualTo("scalar");
    assertThat(Kernels.of(0).matMul()).isInstanceOf(ScalarMatMul.class);
  }

  @Test
  void autoTakesTheMachinesWidth() {
    int bits = Math.min(512, VectorWidths.preferredBits());
    assertThat(Kernels.of(-1).name()).isEqualTo("Vector API, " + bits + " bits");
    assertThat(Kernels.of(-1).lanes()).isEqualTo(bits / 32);
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, 1, 64, 384, 1024})
  void refusesWidthThatThereIsNot(int bits) {
    assertThatThrownBy(() -> Kernels.of(bits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "lanes must be scalar, auto, or 128, 256 or 512 bits and at most what this machine has:"
                + " bits="
                + bits
                + ", machine="
                + VectorWidths.preferredBits());
  }

  /** In a JVM of its own, since this one has the module. */
  @Test
  void namesTheFlagWhereTheModuleIsMissing() throws Exception {
    assertThat(launch("-1"))
        .contains(
            "the Vector API must be enabled: start the JVM with"
                + " --add-modules jdk.incubator.vector");
    assertThat(launch("256")).contains("--add-modules jdk.incubator.vector");
    assertThat(launch("0")).contains("scalar");
  }

  /** In a JVM of its own as well. */
  @Test
  void nativeKernelsThatCannotBeHadSayWhyAndWhatToChoose() throws Exception {
    assertThat(launch("native"))
        .contains(
            "native kernels must be there when they are asked for: native access is not enabled:"
                + " start the JVM with --enable-native-access; choose --kernels vector");
  }

  @Test
  void nativeKernelsAreThereWhereTheBuildHadACompiler() {
    boolean built = KernelsTest.class.getResource("native") != null;
    assumeTrue(built, "no native kernels in this build");
    assertThat(Kernels.nativeProblem()).isNull();
    assertThat(Kernels.natively().name()).startsWith("native, ");
    assertThat(Kernels.natively().warms()).isFalse();
  }

  private static String launch(String bits) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutModule.class.getName(),
                bits)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** Prints the kernels' name, or why there are none. */
  static final class WithoutModule {
    public static void main(String[] args) {
      try {
        System.out.println(
            (args[0].equals("native") ? Kernels.natively() : Kernels.of(Integer.parseInt(args[0])))
                .name());
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
