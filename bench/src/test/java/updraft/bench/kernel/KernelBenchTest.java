package updraft.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import updraft.bench.kernel.KernelBench.Line;
import updraft.kernel.Kernels;

class KernelBenchTest {
  @Test
  void aNameOfNoBenchmarkIsRefused() {
    assertThatThrownBy(() -> KernelBench.run("Foo", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--only must be Product or Attention: --only=Foo");
  }

  @Test
  void attentionIsTimedWithWhatItReadsAndMultiplies() {
    assumeThat(Kernels.nativeProblem()).as("native kernels").isNull();
    KernelBench.Table table = KernelBench.run("Attention", 1);
    assertThat(table.probe()).isPresent();
    assertThat(table.lines())
        .extracting(Line::kernel)
        .contains("attention, native, 1 rows, context 256")
        .hasSize(6);
    // 16 rows read what one row reads, and multiply sixteen times as much
    assertThat(table.lines())
        .allSatisfy(
            line -> {
              double bytes = line.gigabytes() * line.micros() * 1e3;
              double products = line.gigaproducts() * line.micros() * 1e3;
              int rows = Integer.parseInt(line.kernel().replaceAll(".* (\\d+) rows.*", "$1"));
              assertThat(products / bytes).isCloseTo(1.5 * rows, within(1e-6));
            });
  }
}
