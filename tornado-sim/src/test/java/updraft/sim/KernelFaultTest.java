package updraft.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.sim.kernels.FaultyKernels;

/** Every fault names kernel, line, group, work-item and element. */
class KernelFaultTest {

  private final FloatArray floats = new FloatArray(8);
  private final IntArray ints = new IntArray(8);

  @AfterEach
  void defaultChecks() {
    System.clearProperty(SimulatorOptions.CHECKS);
  }

  @Test
  void anIndexBeyondTheArray() {
    floats(FaultyKernels::beyond)
        .hasMessage(
            "kernel=FaultyKernels.beyond at FaultyKernels.java:13, task=g.t, group=(1,0,0)"
                + " item=(3,0,0): an index must be in [0, size): array=out, element=8, size=8");
  }

  @Test
  void anIndexBeyondTheArrayWithoutChecks() {
    System.setProperty(SimulatorOptions.CHECKS, "off");
    floats(FaultyKernels::beyond)
        .hasMessageContaining("FaultyKernels.java:13, task=g.t, group=(1,0,0) item=(3,0,0)")
        .hasMessageContaining("index=8, size=8");
  }

  @Test
  void anIndexBeyondALocalArray() {
    run(
            new TaskGraph("g")
                .task("t", FaultyKernels::localBeyond, new KernelContext(), floats)
                .transferToHost(EVERY_EXECUTION, floats),
            8,
            8)
        .hasMessageContaining("FaultyKernels.java:18")
        .hasMessageContaining("item=(4,0,0)")
        .hasMessageContaining("array=local float[4] #0, element=4, size=4");
  }

  @Test
  void aLocalElementThatNobodyWrote() {
    run(
            new TaskGraph("g")
                .task("t", FaultyKernels::localUnwritten, new KernelContext(), floats)
                .transferToHost(EVERY_EXECUTION, floats),
            8,
            8)
        .hasMessageContaining("FaultyKernels.java:28")
        .hasMessageContaining("group=(0,0,0) item=(6,0,0)")
        .hasMessageContaining(
            "must be written before it is read: array=local float[8] #0, element=6");
  }

  @Test
  void aPrivateArrayTakenForZero() {
    floats(FaultyKernels::privateUnwritten)
        .hasMessageContaining("FaultyKernels.java:33")
        .hasMessageContaining("array=private float[4], element=0")
        .hasMessageContaining("initialise them");
  }

  @Test
  void anOutputThatIsNotWhollyWritten() {
    floats(FaultyKernels::halfWritten)
        .hasMessageContaining("must be wholly written before it is copied to the host: graph=g")
        .hasMessageContaining("array=out, element=1, size=8, last written by task=g.t");
  }

  @Test
  void aRaceInLocalMemory() {
    floats(FaultyKernels::localRace)
        .hasMessageContaining("FaultyKernels.java:47")
        .hasMessageContaining("item=(1,0,0)")
        .hasMessageContaining("array=local float[8] #0, element=0 is read here")
        .hasMessageContaining("written at FaultyKernels.java:46 by group=(0,0,0) item=(0,0,0)");
  }

  @Test
  void aRaceOfAReadAndALaterWrite() {
    run(
            new TaskGraph("g")
                .transferToDevice(EVERY_EXECUTION, floats)
                .task("t", FaultyKernels::readThenWritten, new KernelContext(), floats)
                .transferToHost(EVERY_EXECUTION, floats),
            8,
            4)
        .hasMessageContaining("array=values, element=1 is written here")
        .hasMessageContaining("read at FaultyKernels.java:52 by group=(0,0,0) item=(0,0,0)");
  }

  @Test
  void aBarrierDoesNotOrderGroups() {
    floats(FaultyKernels::allWriteFirst)
        .hasMessageContaining("FaultyKernels.java:60")
        .hasMessageContaining("group=(1,0,0) item=(0,0,0)")
        .hasMessageContaining("array=out, element=0 is written here and was written at");
  }

  @Test
  void aCounterWithoutAtomics() {
    run(
            new TaskGraph("g")
                .transferToDevice(EVERY_EXECUTION, ints)
                .task("t", FaultyKernels::countWithoutAtomics, new KernelContext(), ints)
                .transferToHost(EVERY_EXECUTION, ints),
            8,
            4)
        .hasMessageContaining("array=counter, element=0")
        .hasMessageContaining("must not race");
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void aBarrierThatSomeDoNotReach(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    floats(FaultyKernels::someWait)
        .hasMessageContaining("must reach the same barrier: task=g.t, group=(0,0,0) item=(0,0,0)")
        .hasMessageContaining("item=(3,0,0) at its end");
  }

  @Test
  void barriersAtTwoPlaces() {
    floats(FaultyKernels::waitAtTwoPlaces)
        .hasMessageContaining("is at the barrier of FaultyKernels.java:77")
        .hasMessageContaining("item=(3,0,0) at the barrier of FaultyKernels.java:79");
  }

  @Test
  void anExceptionInAKernel() {
    run(
            new TaskGraph("g")
                .task("t", FaultyKernels::divides, new KernelContext(), ints)
                .transferToHost(EVERY_EXECUTION, ints),
            8,
            4)
        .hasMessageContaining("FaultyKernels.java:85")
        .hasMessageContaining("group=(1,0,0) item=(1,0,0)")
        .hasMessageContaining("/ by zero");
  }

  @Test
  void moreLocalMemoryThanADeviceHas() {
    floats(FaultyKernels::tooMuchLocal)
        .hasMessageContaining("must fit in 49152 bytes: task=g.t, bytes=80000");
  }

  @Test
  void localArraysThatDiffer() {
    floats(FaultyKernels::differentLocals)
        .hasMessageContaining("must allocate the same local arrays in the same order");
  }

  @Test
  void intrinsicsThatBackEndsDisagreeOn() {
    floats(FaultyKernels::warpSum).hasMessageContaining("simdSum must not be used");
  }

  @Test
  void aMissingGrid() {
    TaskGraph graph =
        new TaskGraph("g")
            .task("t", FaultyKernels::beyond, new KernelContext(), floats)
            .transferToHost(EVERY_EXECUTION, floats);
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("must have a WorkerGrid: task=g.t");
  }

  @Test
  void aGridOfPartialGroups() {
    run(
            new TaskGraph("g")
                .task("t", FaultyKernels::beyond, new KernelContext(), floats)
                .transferToHost(EVERY_EXECUTION, floats),
            9,
            4)
        .hasMessageContaining("must be a positive multiple of the local size: task=g.t");
  }

  @Test
  void aKernelThatTouchesNothing() {
    TaskGraph graph = new TaskGraph("g").task("t", FaultyKernels::untouched);
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
    assertThatThrownBy(plan::execute).hasMessageContaining("must use its context or an array");
  }

  private AbstractThrowableAssert<?, ?> floats(Task2<KernelContext, FloatArray> kernel) {
    return run(
        new TaskGraph("g")
            .task("t", kernel, new KernelContext(), floats)
            .transferToHost(EVERY_EXECUTION, floats),
        8,
        4);
  }

  private static AbstractThrowableAssert<?, ?> run(TaskGraph graph, int global, int local) {
    return assertThatThrownBy(() -> Plans.run(graph, global, local));
  }
}
