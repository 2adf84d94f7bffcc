package updraft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.FIRST_EXECUTION;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.sim.kernels.SampleKernels;

class WorkGroupTest {

  @AfterEach
  void defaultChecks() {
    System.clearProperty(SimulatorOptions.CHECKS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void groupsReduceThroughLocalMemoryAndBarriers(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    int rows = 5;
    int length = 37;
    Random random = new Random(7);
    FloatArray in = new FloatArray(rows * length);
    float[] expected = new float[rows];
    for (int i = 0; i < rows * length; i++) {
      in.set(i, random.nextInt(100));
      expected[i / length] += in.get(i);
    }
    FloatArray sums = new FloatArray(rows);
    Plans.run(
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, in)
            .task("t", SampleKernels::rowSums, new KernelContext(), in, sums, length)
            .transferToHost(EVERY_EXECUTION, sums),
        rows * SampleKernels.GROUP,
        SampleKernels.GROUP);
    assertThat(sums.toHeapArray()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void aLocalArrayOfAHelperIsTheGroups(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    IntArray in = new IntArray(16);
    for (int i = 0; i < 16; i++) {
      in.set(i, i);
    }
    IntArray out = new IntArray(16);
    Plans.run(
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, in)
            .task("t", SampleKernels::reverseInGroup, new KernelContext(), in, out)
            .transferToHost(EVERY_EXECUTION, out),
        16,
        8);
    assertThat(out.toHeapArray())
        .containsExactly(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void workItemsKnowTheirPlaceInThreeDimensions(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    IntArray out = new IntArray(4 * 6 * 2);
    WorkerGrid3D grid = new WorkerGrid3D(4, 6, 2);
    grid.setLocalWork(2, 3, 1);
    TaskGraph graph =
        new TaskGraph("g")
            .task("t", SampleKernels::places, new KernelContext(), out)
            .transferToHost(EVERY_EXECUTION, out);
    new TornadoExecutionPlan(graph.snapshot())
        .withGridScheduler(new GridScheduler("g.t", grid))
        .execute();
    for (int z = 0; z < 2; z++) {
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 4; x++) {
          int group = x / 2 + 10 * (y / 3) + 100 * z;
          int local = x % 2 + 10 * (y % 3);
          assertThat(out.get((z * 6 + y) * 4 + x)).isEqualTo(group * 1000 + local);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void atomicAddsOfAllGroupsCount(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    IntArray counter = IntArray.fromElements(100);
    Plans.run(
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, counter)
            .task("t", SampleKernels::countAll, new KernelContext(), counter)
            .transferToHost(EVERY_EXECUTION, counter),
        24,
        8);
    assertThat(counter.get(0)).isEqualTo(124);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void aParallelLoopRunsAsItStands(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    IntArray out = new IntArray(5);
    TaskGraph graph =
        new TaskGraph("g")
            .task("t", SampleKernels::squares, out)
            .transferToHost(EVERY_EXECUTION, out);
    new TornadoExecutionPlan(graph.snapshot()).execute();
    assertThat(out.toHeapArray()).containsExactly(0, 1, 4, 9, 16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "off"})
  void privateArraysBelongToOneWorkItem(String checks) {
    System.setProperty(SimulatorOptions.CHECKS, checks);
    FloatArray out = new FloatArray(4);
    Plans.run(
        new TaskGraph("g")
            .task("t", SampleKernels::privateSums, new KernelContext(), out)
            .transferToHost(EVERY_EXECUTION, out),
        4,
        2);
    assertThat(out.toHeapArray()).containsExactly(6f, 6f, 6f, 6f);
  }
}
