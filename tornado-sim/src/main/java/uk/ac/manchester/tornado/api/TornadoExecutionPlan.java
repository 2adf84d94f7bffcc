package uk.ac.manchester.tornado.api;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import updraft.sim.GraphDefinition;
import updraft.sim.SimulatedPlan;

/**
 * Runs graphs: each call of {@link #execute} runs the one chosen by {@link #withGraph}, or all. Not
 * thread-safe; the simulator runs kernels on the calling thread, one plan at a time.
 */
public class TornadoExecutionPlan implements AutoCloseable {

  /** The device of plans that choose none. */
  public static TornadoDevice DEFAULT_DEVICE =
      TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

  private final SimulatedPlan plan;
  private TornadoDevice device = DEFAULT_DEVICE;

  /** A plan over graphs, numbered from 0. */
  public TornadoExecutionPlan(ImmutableTaskGraph... immutableTaskGraphs) {
    List<GraphDefinition> graphs = new ArrayList<>();
    for (ImmutableTaskGraph graph : immutableTaskGraphs) {
      graphs.add(graph.definition());
    }
    plan = new SimulatedPlan(graphs);
  }

  /** The device with that number of the back end with that number. */
  public static TornadoDevice getDevice(int backendIndex, int deviceIndex) {
    return TornadoRuntimeProvider.getTornadoRuntime()
        .getBackend(backendIndex)
        .getDevice(deviceIndex);
  }

  /** Runs; when it returns, everything is done. */
  public TornadoExecutionResult execute() {
    plan.execute();
    return new TornadoExecutionResult(plan);
  }

  /** Chooses a graph by its number. */
  public TornadoExecutionPlan withGraph(int graphIndex) {
    plan.choose(graphIndex);
    return this;
  }

  /** Chooses all graphs, in order. */
  public TornadoExecutionPlan withAllGraphs() {
    plan.chooseAll();
    return this;
  }

  /** Sets the grids of the chosen graphs' tasks. */
  public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
    plan.schedule(gridScheduler);
    return this;
  }

  /** Chooses a device; there is but one. */
  public TornadoExecutionPlan withDevice(TornadoDevice device) {
    this.device = device;
    return this;
  }

  /** The device of a graph. */
  public TornadoDevice getDevice(int immutableTaskGraphIndex) {
    return device;
  }

  /** Has no effect here: launches cost next to nothing. */
  public TornadoExecutionPlan withCUDAGraph() {
    return this;
  }

  /** Prepares every kernel of the chosen graphs, so that the first execution need not. */
  public TornadoExecutionPlan withPreCompilation() {
    plan.prepare();
    return this;
  }

  /** Runs the plan that many times, transfers included. */
  public TornadoExecutionPlan withWarmUpIterations(int iterations) {
    for (int iteration = 0; iteration < iterations; iteration++) {
      plan.execute();
    }
    return this;
  }

  /** Has no effect here. */
  public TornadoExecutionPlan withProfiler(ProfilerMode profilerMode) {
    return this;
  }

  /** Has no effect here. */
  public TornadoExecutionPlan withoutProfiler() {
    return this;
  }

  /** Limits the plan's device memory, such as {@code 512MB} or {@code 4GB}. */
  public TornadoExecutionPlan withMemoryLimit(String memoryLimit) {
    plan.limitMemory(memoryLimit);
    return this;
  }

  /** Takes the limit away. */
  public TornadoExecutionPlan withoutMemoryLimit() {
    plan.limitMemory(null);
    return this;
  }

  /** Has no effect here: kernels are printed as the Java they are. */
  public TornadoExecutionPlan withPrintKernel() {
    return this;
  }

  /** Has no effect here. */
  public TornadoExecutionPlan withoutPrintKernel() {
    return this;
  }

  /** Forgets the chosen graphs' arrays on the device. */
  public TornadoExecutionPlan freeDeviceMemory() {
    plan.freeDeviceMemory();
    return this;
  }

  /** Bytes of the chosen graphs' arrays on the device. */
  public long getCurrentDeviceMemoryUsage() {
    return plan.deviceBytes();
  }

  @Override
  public void close() throws TornadoExecutionPlanException {
    plan.close();
  }
}
