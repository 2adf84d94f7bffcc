package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Grids by {@code graph.task}. */
public class GridScheduler {

  private final Map<String, WorkerGrid> grids = new ConcurrentHashMap<>();

  /** Without a grid. */
  public GridScheduler() {}

  /** With one grid. */
  public GridScheduler(String taskName, WorkerGrid workerGrid) {
    grids.put(taskName, workerGrid);
  }

  /** Sets the grid of a task, named {@code graph.task}. */
  public void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
    grids.put(taskName, workerGrid);
  }

  /** The grid of {@code graph.task}, or null. */
  public WorkerGrid get(String taskName) {
    return grids.get(taskName);
  }

  /** Whether a task has a grid. */
  public boolean contains(String taskScheduleName, String taskName) {
    return grids.containsKey(taskScheduleName + "." + taskName);
  }

  /** The tasks that have one. */
  public Set<String> keySet() {
    return grids.keySet();
  }

  @Override
  public String toString() {
    return grids.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + " global="
                    + Arrays.toString(entry.getValue().getGlobalWork())
                    + " local="
                    + Arrays.toString(entry.getValue().getLocalWork()))
        .collect(Collectors.joining(", "));
  }
}
