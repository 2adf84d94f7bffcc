package updraft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measurements of two, by the name of the work, in the order in which it was first met. */
final class Pairs {
  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  private record Pair(String unit, List<Double> ours, List<Double> peer) {}

  void add(String work, String unit, double ours, double peer) {
    Pair pair =
        pairs.computeIfAbsent(work, _ -> new Pair(unit, new ArrayList<>(), new ArrayList<>()));
    pair.ours.add(ours);
    pair.peer.add(peer);
  }

  List<CompareBench.Line> lines() {
    List<CompareBench.Line> lines = new ArrayList<>();
    pairs.forEach(
        (work, pair) -> {
          Spread ours = Spread.of(pair.ours);
          Spread peer = Spread.of(pair.peer);
          lines.add(
              new CompareBench.Line(work, pair.unit, ours, peer, peer.median() / ours.median()));
        });
    return lines;
  }
}
