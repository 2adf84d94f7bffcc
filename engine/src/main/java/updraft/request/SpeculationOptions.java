package updraft.request;

/**
 * How far to draft. Never changes the answer, only its speed.
 *
 * @param method who drafts
 * @param nodes most drafted tokens a round, the root not counted; 0 leaves it to the budget policy
 * @param depth longest drafted path; 0 leaves it to the drafter
 * @param topk most children of a node; 0 leaves it to the drafter
 * @param match which continuations an n-gram draft prefers
 */
public record SpeculationOptions(
    SpeculationMethod method, int nodes, int depth, int topk, NgramMatch match) {

  /** Largest draft a request may ask for. */
  public static final int MAX_NODES = 63;

  public static final SpeculationOptions AUTO = of(SpeculationMethod.AUTO);
  public static final SpeculationOptions OFF = of(SpeculationMethod.OFF);
  public static final SpeculationOptions NGRAM = of(SpeculationMethod.NGRAM);

  public SpeculationOptions {
    Check.range("speculation.nodes", nodes, 0, MAX_NODES);
    Check.range("speculation.depth", depth, 0, MAX_NODES);
    Check.range("speculation.topk", topk, 0, 16);
  }

  /** This method with every limit left to the engine. */
  public static SpeculationOptions of(SpeculationMethod method) {
    return new SpeculationOptions(method, 0, 0, 0, NgramMatch.RECENCY);
  }

  /**
   * Whether the budget policy decides how much to draft, down to nothing: where drafting is dear
   * and the request names no number.
   */
  public boolean automatic() {
    return switch (method) {
      case AUTO -> true;
      case OFF, NGRAM -> false;
      case EAGLE, DRAFT, NGRAM_EAGLE -> nodes == 0;
    };
  }

  public SpeculationOptions withNodes(int value) {
    return new SpeculationOptions(method, value, depth, topk, match);
  }
}
