package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What TornadoVM refuses is told in the compiler's words, and nothing falls back. */
@Tag("tornadovm")
class DeviceCompilationTest {
  @BeforeEach
  void requireDevice() {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  static void doubles(KernelContext context, IntArray bits, IntArray twice) {
    twice.set(context.globalIdx, 2 * bits.get(context.globalIdx));
  }

  static void floors(KernelContext context, IntArray bits, FloatArray floats) {
    floats.set(context.globalIdx, (float) Math.floor(bits.get(context.globalIdx) * 0.3));
  }

  @Test
  void aKernelThatDoesNotCompileIsRefused() throws Exception {
    IntArray bits = new IntArray(32);
    bits.init(7);
    IntArray twice = new IntArray(32);
    FloatArray floats = new FloatArray(32);
    TaskGraph graph = new TaskGraph("broken").transferToDevice(EVERY_EXECUTION, bits);
    Tasks tasks = new Tasks();
    tasks.add(
        graph,
        "doubles",
        32,
        extent -> 1,
        to -> to.task("doubles", DeviceCompilationTest::doubles, new KernelContext(), bits, twice));
    tasks.add(
        graph,
        "floors",
        32,
        extent -> 1,
        to -> to.task("floors", DeviceCompilationTest::floors, new KernelContext(), bits, floats));
    graph.transferToHost(EVERY_EXECUTION, twice, floats);
    tasks.resize(new Extent(1, 0, 0, 0));
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(tasks.scheduler());
      assertThatThrownBy(() -> Device.all().getFirst().guard("broken", tasks, plan::execute))
          .satisfies(e -> System.out.println(e.getMessage()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "kernels must compile for the device: kernel=broken.floors, device=")
          .message()
          .containsAnyOf("unimplemented", "Error during LIR generation");
    }
  }
}
