package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
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

  static void floors(KernelContext context, IntArray bits, FloatArray floats) {
    floats.set(context.globalIdx, (float) Math.floor(bits.get(context.globalIdx) * 0.3));
  }

  @Test
  void aKernelThatDoesNotCompileIsRefused() throws Exception {
    IntArray bits = new IntArray(32);
    bits.init(7);
    FloatArray floats = new FloatArray(32);
    WorkerGrid1D grid = new WorkerGrid1D(32);
    grid.setLocalWork(32, 1, 1);
    TaskGraph graph =
        new TaskGraph("broken")
            .transferToDevice(EVERY_EXECUTION, bits)
            .task("floors", DeviceCompilationTest::floors, new KernelContext(), bits, floats)
            .transferToHost(EVERY_EXECUTION, floats);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("broken.floors", grid));
      assertThatThrownBy(() -> Device.all().getFirst().guard("broken", plan::execute))
          .satisfies(e -> System.out.println(e.getMessage()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("kernels must compile for the device: graph=broken, device=")
          .hasMessageContaining("unimplemented");
    }
  }
}
