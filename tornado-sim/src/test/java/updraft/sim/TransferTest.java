package updraft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.FIRST_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.UNDER_DEMAND;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import updraft.sim.kernels.SampleKernels;

/** The device has its own copies, and they move when the graph says so. */
class TransferTest {

  private final KernelContext context = new KernelContext();
  private final FloatArray in = FloatArray.fromElements(1f, 2f, 3f, 4f);
  private final FloatArray middle = new FloatArray(4);
  private final FloatArray out = new FloatArray(4);

  @Test
  void firstExecutionKeepsWhatItCopied() {
    TornadoExecutionPlan plan = twicePlan(FIRST_EXECUTION);
    plan.execute();
    in.set(0, 10f);
    plan.execute();
    assertThat(out.toHeapArray()).containsExactly(2f, 4f, 6f, 8f);
  }

  @Test
  void everyExecutionCopiesAgain() {
    TornadoExecutionPlan plan = twicePlan(EVERY_EXECUTION);
    plan.execute();
    in.set(0, 10f);
    plan.execute();
    assertThat(out.toHeapArray()).containsExactly(20f, 4f, 6f, 8f);
  }

  @Test
  void freedMemoryIsCopiedAgain() {
    TornadoExecutionPlan plan = twicePlan(FIRST_EXECUTION);
    plan.execute();
    assertThat(plan.getCurrentDeviceMemoryUsage()).isEqualTo(32);
    in.set(0, 10f);
    plan.freeDeviceMemory();
    assertThat(plan.getCurrentDeviceMemoryUsage()).isZero();
    plan.execute();
    assertThat(out.get(0)).isEqualTo(20f);
  }

  @Test
  void aResultUnderDemandStaysUntilItIsAskedFor() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, in)
            .task("t", SampleKernels::twice, context, in, out)
            .transferToHost(UNDER_DEMAND, out);
    TornadoExecutionResult result = plan(graph).execute();
    assertThat(out.get(3)).isZero();
    result.transferToHost(out);
    assertThat(out.get(3)).isEqualTo(8f);
  }

  @Test
  void anArrayInNoTransferIsRefused() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, in)
            .task("t", SampleKernels::twice, context, in, out);
    TornadoExecutionPlan plan = plan(graph);
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("must be transferred, persisted or consumed in its graph: task=g.t")
        .hasMessageContaining("argument=2");
  }

  @Test
  void theCopyInOfAnArrayThatIsOnlyWrittenIsLeftOut() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, out)
            .task("t", SampleKernels::setOne, context, out, 2)
            .transferToHost(EVERY_EXECUTION, out);
    TornadoExecutionPlan plan = plan(graph);
    assertThatThrownBy(plan::execute)
        .isInstanceOf(KernelFault.class)
        .hasMessageContaining("array=values, element=0")
        .hasMessageContaining("never copied in");
  }

  @Test
  void theNextGraphConsumesWhatOnePersisted() {
    TaskGraph first =
        new TaskGraph("first")
            .transferToDevice(EVERY_EXECUTION, in)
            .task("t", SampleKernels::twice, context, in, middle)
            .persistOnDevice(middle);
    TaskGraph second =
        new TaskGraph("second")
            .consumeFromDevice("first", middle)
            .task("t", SampleKernels::twice, context, middle, out)
            .transferToHost(EVERY_EXECUTION, out);
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(first.snapshot(), second.snapshot())
            .withGridScheduler(grids("first.t", "second.t"));
    for (int round = 1; round <= 3; round++) {
      in.set(0, round);
      plan.withGraph(0).execute();
      plan.withGraph(1).execute();
      assertThat(out.get(0)).isEqualTo(4f * round);
    }
    assertThat(middle.toHeapArray()).containsOnly(0f);
  }

  @Test
  void aStateThatIsPersistedLivesOn() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, in)
            .task("t", SampleKernels::addOne, context, in)
            .persistOnDevice(in)
            .transferToHost(UNDER_DEMAND, in);
    TornadoExecutionPlan plan = plan(graph);
    plan.execute();
    plan.execute();
    plan.execute().transferToHost(in);
    assertThat(in.toHeapArray()).containsExactly(4f, 5f, 6f, 7f);
  }

  @Test
  void consumingFromAGraphThatDidNotRunIsRefused() {
    TaskGraph second =
        new TaskGraph("second")
            .consumeFromDevice("first", middle)
            .task("t", SampleKernels::twice, context, middle, out)
            .transferToHost(EVERY_EXECUTION, out);
    TornadoExecutionPlan plan = plan(second);
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("graph=second, consumes from=first, ran before=none");
  }

  @Test
  void aForgottenTransferShows() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(UNDER_DEMAND, in)
            .task("t", SampleKernels::twice, context, in, out)
            .transferToHost(EVERY_EXECUTION, out);
    TornadoExecutionPlan plan = plan(graph);
    assertThatThrownBy(plan::execute)
        .isInstanceOf(KernelFault.class)
        .hasMessageContaining("must be written before it is read: array=in, element=0");
  }

  @Test
  void aMemoryLimitIsKept() {
    TornadoExecutionPlan plan = twicePlan(FIRST_EXECUTION).withMemoryLimit("31B");
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoOutOfMemoryException.class)
        .hasMessageContaining("graph=g, bytes=32, limit=31");
    plan.withMemoryLimit("1KB").execute();
    assertThat(out.get(0)).isEqualTo(2f);
  }

  private TornadoExecutionPlan twicePlan(int mode) {
    return plan(
        new TaskGraph("g")
            .transferToDevice(mode, in)
            .task("t", SampleKernels::twice, context, in, out)
            .transferToHost(EVERY_EXECUTION, out));
  }

  private static TornadoExecutionPlan plan(TaskGraph graph) {
    return new TornadoExecutionPlan(graph.snapshot())
        .withGridScheduler(grids(graph.getTaskGraphName() + ".t"));
  }

  private static GridScheduler grids(String... tasks) {
    GridScheduler scheduler = new GridScheduler();
    for (String task : tasks) {
      scheduler.addWorkerGrid(task, Plans.grid(4, 2));
    }
    return scheduler;
  }
}
