package updraft.tornado;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import updraft.model.GgufTensor;
import updraft.model.ModelWeights;
import updraft.model.Repacker;

/**
 * Which graphs the layers of a model pass. Layers share a graph where their matrices are of equal
 * types and, one after the other, fit an array of fewer than 2^31 elements. One graph for a whole
 * layer is launched with the least overhead; where types are mixed or weights large, layers are cut
 * so that only what differs is compiled again.
 *
 * @param parts in the order in which a layer passes those that it does
 */
record LayerPlan(List<Part> parts) {
  /** Tasks of a forward outside of layers, and of what else there is. */
  static final int OTHER_TASKS = 14;

  /** Compilations at start that a cut may take. */
  static final int MOST_TASKS = 39;

  /** Elements of an array, of which TornadoVM wants a few for itself. */
  static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  /** From the fewest graphs a layer to the fewest compilations. */
  private static final List<List<List<Piece>>> CUTS =
      List.of(cut(), cut(4), cut(2, 4, 6), cut(1, 2, 3, 4, 5, 6, 7));

  /**
   * @param layers of the model, ascending
   */
  record Part(List<Piece> pieces, List<Integer> layers) {}

  private static List<List<Piece>> cut(int... places) {
    List<Piece> all = List.of(Piece.values());
    List<List<Piece>> runs = new ArrayList<>();
    int from = 0;
    for (int place : places) {
      runs.add(all.subList(from, place));
      from = place;
    }
    runs.add(all.subList(from, all.size()));
    return runs;
  }

  static LayerPlan of(List<ModelWeights.Layer> layers) {
    return of(layers, MOST_TASKS - OTHER_TASKS, MOST_ELEMENTS);
  }

  /** The first cut that takes at most so many tasks, or the last. */
  static LayerPlan of(List<ModelWeights.Layer> layers, int mostTasks, long mostElements) {
    LayerPlan plan = new LayerPlan(List.of());
    for (List<List<Piece>> cut : CUTS) {
      List<Part> parts = new ArrayList<>();
      for (List<Piece> run : cut) {
        addParts(run, layers, mostElements, parts);
      }
      plan = new LayerPlan(parts);
      if (plan.tasks(layers) <= mostTasks) {
        break;
      }
    }
    return plan;
  }

  private static void addParts(
      List<Piece> run, List<ModelWeights.Layer> layers, long mostElements, List<Part> parts) {
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int layer = 0; layer < layers.size(); layer++) {
      groups.computeIfAbsent(types(run, layers.get(layer)), key -> new ArrayList<>()).add(layer);
    }
    for (List<Integer> group : groups.values()) {
      int most = (int) Math.min(group.size(), mostElements / elements(run, layers, group));
      for (int from = 0; from < group.size(); from += Math.max(1, most)) {
        int end = Math.min(group.size(), from + Math.max(1, most));
        parts.add(new Part(run, List.copyOf(group.subList(from, end))));
      }
    }
  }

  private static String types(List<Piece> run, ModelWeights.Layer layer) {
    return run.stream()
        .flatMap(piece -> piece.tensors(layer).stream())
        .map(tensor -> tensor.type().name())
        .collect(Collectors.joining(" "));
  }

  /** Of the largest matrix of a layer. */
  private static long elements(
      List<Piece> run, List<ModelWeights.Layer> layers, List<Integer> group) {
    long largest = 1;
    for (Piece piece : run) {
      for (List<GgufTensor> stack : piece.stacks(layers.get(group.getFirst()))) {
        long rows = stack.stream().mapToLong(GgufTensor::rows).sum();
        GgufTensor first = stack.getFirst();
        largest =
            Math.max(
                largest, WeightArrays.elements(Repacker.kind(first.type()), rows, first.columns()));
      }
    }
    return largest;
  }

  /** As many compilations. */
  int tasks(List<ModelWeights.Layer> layers) {
    int tasks = 0;
    for (Part part : parts) {
      for (Piece piece : part.pieces()) {
        tasks += piece.tasks(layers.get(part.layers().getFirst()));
      }
    }
    return tasks;
  }
}
