package updraft.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A graph in a plan. Arrays are copied in just before the first task that takes them, as TornadoVM
 * does: not at all if that task only writes, whatever mode was asked for.
 */
final class SimulatedGraph {

  private final GraphDefinition definition;
  private final SimulatorOptions options;
  private final GraphMemory memory;

  /** Mode of each array that is transferred to the device; those only copied out have none. */
  private final IdentityHashMap<Object, Integer> modes = new IdentityHashMap<>();

  private final IdentityHashMap<Object, @Nullable String> consumed = new IdentityHashMap<>();
  private final Set<Object> declared = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<GraphStep.Launch, Kernel> kernels = new LinkedHashMap<>();
  private @Nullable GridScheduler scheduler;
  private long launches;

  SimulatedGraph(GraphDefinition definition, SimulatorOptions options) {
    this.definition = definition;
    this.options = options;
    this.memory = new GraphMemory(definition.name(), options.checks());
    definition.steps().forEach(this::declare);
  }

  private void declare(GraphStep step) {
    switch (step) {
      case GraphStep.ToDevice(int mode, List<Object> arrays) ->
          arrays.forEach(
              array -> {
                modes.put(array, mode);
                declared.add(array);
              });
      case GraphStep.Consume(String graph, List<Object> arrays) ->
          arrays.forEach(
              array -> {
                consumed.put(array, graph);
                declared.add(array);
              });
      case GraphStep.ToHost(int mode, List<Object> arrays) -> declared.addAll(arrays);
      case GraphStep.Persist(List<Object> arrays) -> declared.addAll(arrays);
      case GraphStep.Launch launch -> {}
    }
  }

  String name() {
    return definition.name();
  }

  GraphMemory memory() {
    return memory;
  }

  void schedule(GridScheduler grids) {
    scheduler = grids;
  }

  void prepare() {
    for (GraphStep step : definition.steps()) {
      if (step instanceof GraphStep.Launch launch) {
        kernel(launch);
      }
    }
  }

  void execute(@Nullable SimulatedGraph previous) {
    consume(previous);
    Set<Object> touched = Collections.newSetFromMap(new IdentityHashMap<>());
    for (GraphStep step : definition.steps()) {
      switch (step) {
        case GraphStep.Launch launch -> launch(launch, touched);
        case GraphStep.ToHost(int mode, List<Object> arrays)
            when mode != DataTransferMode.UNDER_DEMAND ->
            arrays.forEach(memory::copyToHost);
        default -> {}
      }
    }
  }

  /**
   * Takes arrays from the graph that ran just before, as TornadoVM does: those consumed from it by
   * name, or, if none is, all.
   */
  private void consume(@Nullable SimulatedGraph previous) {
    if (consumed.isEmpty()) {
      return;
    }
    boolean named = previous != null && consumed.containsValue(previous.name());
    consumed.forEach(
        (array, graph) -> {
          boolean wanted = previous != null && (!named || previous.name().equals(graph));
          if (wanted && previous != null && previous.memory.holds(array)) {
            memory.share(array, previous.memory);
          } else if (wanted || !memory.holds(array)) {
            throw new TornadoRuntimeException(
                "an array that is consumed must be on the device in the graph that ran just before:"
                    + " graph="
                    + name()
                    + ", consumes from="
                    + (graph == null ? "any" : graph)
                    + ", ran before="
                    + (previous == null ? "none" : previous.name())
                    + ", persist it there and run that graph first");
          }
        });
  }

  private void launch(GraphStep.Launch launch, Set<Object> touched) {
    if (++launches > options.launches()) {
      throw new TornadoRuntimeException(
          "the simulated device is lost: "
              + SimulatorOptions.LAUNCHES
              + "="
              + options.launches()
              + ", task="
              + task(launch));
    }
    Kernel kernel = kernel(launch);
    Object[] arguments = launch.arguments().clone();
    List<@Nullable DeviceArray> arrays = new ArrayList<>();
    for (int index = 0; index < arguments.length; index++) {
      Object argument = arguments[index];
      if (argument instanceof Number || argument instanceof KernelContext) {
        arrays.add(null);
        continue;
      }
      if (!declared.contains(argument)) {
        throw new TornadoRuntimeException(
            "a task's array must be transferred, persisted or consumed in its graph: task="
                + task(launch)
                + ", argument="
                + index);
      }
      DeviceArray array = memory.of(argument);
      if (touched.add(argument) && !consumed.containsKey(argument) && kernel.reads(index)) {
        copyIn(argument, array);
      }
      arguments[index] = array.device();
      arrays.add(array);
    }
    kernel.run(arguments, arrays, scheduler);
  }

  private void copyIn(Object argument, DeviceArray array) {
    int mode = modes.getOrDefault(argument, DataTransferMode.FIRST_EXECUTION);
    if (mode == DataTransferMode.EVERY_EXECUTION
        || (mode == DataTransferMode.FIRST_EXECUTION && !array.transferred())) {
      array.copyIn();
    }
  }

  /** TornadoVM's OpenCL and CUDA back ends fail with as little: an error that names no kernel. */
  private Kernel kernel(GraphStep.Launch launch) {
    if (launch.id().equals(options.uncompilable())) {
      throw new AssertionError("unimplemented");
    }
    return kernels.computeIfAbsent(launch, key -> new Kernel(task(key), key, options));
  }

  private String task(GraphStep.Launch launch) {
    return name() + "." + launch.id();
  }
}
