package updraft.record;

/**
 * A round as it was. Times are nanoseconds from the request's start, costs seconds by the cost
 * curve of that moment. Arrays are by node of {@code tree} and not copied: nobody changes them.
 *
 * @param choice which of the request's answers
 * @param round from 1 within the choice
 * @param method who drafted, or would have
 * @param state what became of drafting
 * @param position of the root in the sequence
 * @param offered what the drafter proposed
 * @param tree what was verified
 * @param targetProbabilities that the target takes a node's token after its parent's path, at
 *     temperature 1, before penalties, bias and filters; the root's is 1
 * @param accepted which nodes were, the root always
 * @param bonus the token that verification itself yielded, or -1 when the answer ended before it
 * @param batchSize sequences with a round in the step
 * @param extendNanos the drafter took to catch up
 * @param cost what the step was thought to take, and took
 */
@SuppressWarnings("ArrayRecordComponent") // never mutated after construction
public record RoundRecord(
    int choice,
    int round,
    String method,
    DraftState state,
    int position,
    TreeRecord offered,
    TreeRecord tree,
    float[] targetProbabilities,
    boolean[] accepted,
    int bonus,
    int batchSize,
    long draftStart,
    long draftNanos,
    long verifyStart,
    long verifyNanos,
    long extendNanos,
    StepCost cost) {

  /** Drafted tokens that were verified. */
  public int drafted() {
    return tree.size() - 1;
  }

  /** Drafted tokens kept, the bonus excluded. */
  public int acceptedTokens() {
    int count = 0;
    for (int node = 1; node < accepted.length; node++) {
      count += accepted[node] ? 1 : 0;
    }
    return count;
  }

  /** Tokens committed. */
  public int tokens() {
    return acceptedTokens() + (bonus < 0 ? 0 : 1);
  }

  /** Tokens that the draft budget expected of the verified tree, the bonus included. */
  public double expectedTokens() {
    double sum = 1;
    for (int node = 1; node < tree.size(); node++) {
      sum += tree.paths()[node];
    }
    return sum;
  }

  /** Drafting and catching up. */
  double draftSeconds() {
    return (draftNanos + extendNanos) * 1e-9;
  }

  RoundRecord withExtendNanos(long nanos) {
    return new RoundRecord(
        choice,
        round,
        method,
        state,
        position,
        offered,
        tree,
        targetProbabilities,
        accepted,
        bonus,
        batchSize,
        draftStart,
        draftNanos,
        verifyStart,
        verifyNanos,
        nanos,
        cost);
  }
}
