package updraft.record;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything recorded of a request.
 *
 * @param spans in the order in which they ended
 * @param rounds of all choices, by choice
 * @param omittedRounds that came after as many as are kept
 * @param explanation why it was fast or slow
 */
public record RequestDetail(
    List<SpanRecord> spans, List<RoundRecord> rounds, int omittedRounds, Explanation explanation) {

  public RequestDetail {
    spans = List.copyOf(spans);
    rounds = List.copyOf(rounds);
  }

  /**
   * How a place in the draft fared.
   *
   * @param position 0 for the first drafted token after the root
   * @param drafted rounds whose draft reached it
   * @param accepted rounds that kept a token there
   */
  public record Position(int position, int drafted, int accepted) {}

  /** By place in the draft, as far as any draft reached. */
  public List<Position> byPosition() {
    int deepest = rounds.stream().mapToInt(round -> round.tree().depth()).max().orElse(0);
    int[] drafted = new int[deepest];
    int[] accepted = new int[deepest];
    for (RoundRecord round : rounds) {
      count(drafted, round.tree().depth());
      count(accepted, round.acceptedTokens());
    }
    List<Position> positions = new ArrayList<>(deepest);
    for (int i = 0; i < deepest; i++) {
      positions.add(new Position(i, drafted[i], accepted[i]));
    }
    return positions;
  }

  private static void count(int[] rounds, int reached) {
    for (int i = 0; i < reached; i++) {
      rounds[i]++;
    }
  }
}
