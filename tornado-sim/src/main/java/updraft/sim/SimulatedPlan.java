package updraft.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Graphs, the choice among them, and their memory. Not thread-safe. */
public final class SimulatedPlan {

  private final List<SimulatedGraph> graphs = new ArrayList<>();
  private @Nullable SimulatedGraph chosen;
  private @Nullable SimulatedGraph last;
  private boolean closed;

  /** A plan over graphs, all chosen. */
  public SimulatedPlan(List<GraphDefinition> definitions) {
    SimulatorNotice.once();
    SimulatorOptions options = SimulatorOptions.fromProperties();
    for (GraphDefinition definition : definitions) {
      graphs.add(new SimulatedGraph(definition, options));
    }
  }

  /** Chooses one graph. */
  public void choose(int index) {
    if (index < 0 || index >= graphs.size()) {
      throw new TornadoRuntimeException(
          "graph must be in [0, " + graphs.size() + "): graph=" + index);
    }
    chosen = graphs.get(index);
  }

  /** Chooses all graphs. */
  public void chooseAll() {
    chosen = null;
  }

  /** Gives the chosen graphs their grids. */
  public void schedule(GridScheduler scheduler) {
    chosen().forEach(graph -> graph.schedule(scheduler));
  }

  /** Looks at the chosen graphs' kernels, without running them. */
  public void prepare() {
    chosen().forEach(SimulatedGraph::prepare);
  }

  /** Runs the chosen graphs. */
  public void execute() {
    if (closed) {
      throw new TornadoRuntimeException("a plan must be open to run: closed=true");
    }
    for (SimulatedGraph graph : chosen()) {
      graph.execute(last);
      last = graph;
    }
  }

  /** Copies arrays of the graph that ran last to the host. */
  public void copyToHost(Object... arrays) {
    SimulatedGraph graph = last;
    if (graph == null) {
      throw new TornadoRuntimeException(
          "a plan must have run before arrays are copied to the host");
    }
    for (Object array : arrays) {
      graph.memory().copyToHost(array);
    }
  }

  /** Sets the most memory a graph may hold, such as {@code 512MB}; null for no limit. */
  public void limitMemory(@Nullable String limit) {
    long bytes = limit == null ? Long.MAX_VALUE : MemoryLimit.bytes(limit);
    chosen().forEach(graph -> graph.memory().limit(bytes));
  }

  /** Forgets the chosen graphs' arrays. */
  public void freeDeviceMemory() {
    chosen().forEach(graph -> graph.memory().free());
  }

  /** Bytes of the chosen graphs' arrays. */
  public long deviceBytes() {
    return chosen().stream().mapToLong(graph -> graph.memory().bytes()).sum();
  }

  /** Forgets all arrays; the plan cannot run again. */
  public void close() {
    closed = true;
    graphs.forEach(graph -> graph.memory().free());
  }

  private List<SimulatedGraph> chosen() {
    SimulatedGraph graph = chosen;
    return graph == null ? graphs : List.of(graph);
  }
}
