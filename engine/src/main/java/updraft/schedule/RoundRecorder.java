package updraft.schedule;

import java.util.Arrays;
import java.util.List;
import updraft.forward.RowOutputs;
import updraft.record.ChoiceRecording;
import updraft.record.DraftState;
import updraft.record.StepCost;
import updraft.record.TreeRecord;
import updraft.sample.LogProbs;
import updraft.speculate.CostCurve;
import updraft.speculate.DraftAccount;
import updraft.speculate.DraftTree;
import updraft.speculate.Verdict;

/**
 * Records rounds of the sequences that ask for it; does nothing for others. What takes long, the
 * target's probabilities, is computed after the step has been timed, so that the cost curve does
 * not learn what recording costs. Engine thread only.
 */
final class RoundRecorder {
  private final CostCurve costs;

  RoundRecorder(CostCurve costs) {
    this.costs = costs;
  }

  /** A sequence has a round without a draft. */
  void plain(Sequence sequence, DraftState why) {
    ChoiceRecording recording = sequence.times().recording();
    if (recording != null) {
      recording.plan(why);
    }
  }

  /** Drafters have drafted, and the budget has not yet decided. */
  void offered(List<Sequence> drafting) {
    for (int i = 0; i < drafting.size(); i++) {
      Sequence sequence = drafting.get(i);
      ChoiceRecording recording = sequence.times().recording();
      if (recording != null) {
        recording.plan(tree(sequence.tree(), sequence.account()));
      }
    }
  }

  /** The budget has decided. */
  void decided(List<Sequence> drafting) {
    for (int i = 0; i < drafting.size(); i++) {
      Sequence sequence = drafting.get(i);
      ChoiceRecording recording = sequence.times().recording();
      if (recording != null) {
        recording.decided(outcome(sequence.account()));
      }
    }
  }

  private static DraftState outcome(DraftAccount account) {
    if (account.keptNodes() > 0) {
      return account.probing() ? DraftState.PROBE : DraftState.DRAFTED;
    }
    return account.offeredNodes() > 0 ? DraftState.NOT_WORTH : DraftState.NOTHING_FOUND;
  }

  /**
   * A tree has been walked; before the account learns of it.
   *
   * @param root position of the root
   */
  void verified(Sequence sequence, int root, Verdict verdict, int batchSize) {
    ChoiceRecording recording = sequence.times().recording();
    if (recording == null) {
      return;
    }
    DraftTree tree = sequence.tree();
    boolean[] accepted = new boolean[tree.size()];
    accepted[0] = true;
    for (int i = 0; i < verdict.accepted(); i++) {
      accepted[verdict.node(i)] = true;
    }
    recording.verified(
        root,
        sequence.times().method(),
        tree(tree, sequence.account()),
        accepted,
        verdict.hasBonus() ? verdict.bonus() : -1,
        batchSize);
  }

  /**
   * A step has been computed and timed.
   *
   * @param rows in the forward
   * @param nanos it took, verification included
   */
  void step(List<Sequence> decoding, RowOutputs outputs, int rows, long nanos) {
    int plainRows = rows;
    boolean recorded = false;
    for (int i = 0; i < decoding.size(); i++) {
      plainRows -= decoding.get(i).rows() - 1;
      recorded |= decoding.get(i).times().recording() != null;
    }
    for (int i = 0; recorded && i < decoding.size(); i++) {
      Sequence sequence = decoding.get(i);
      ChoiceRecording recording = sequence.times().recording();
      TreeRecord tree = recording == null ? null : recording.verifiedTree();
      if (recording != null && tree != null) {
        recording.step(
            cost(rows, plainRows, tree.size(), nanos),
            recording.keeps() ? probabilities(sequence, tree, outputs) : new float[0]);
      }
    }
  }

  private StepCost cost(int rows, int plainRows, int ownRows, long nanos) {
    return new StepCost(
        rows,
        plainRows,
        costs.seconds(1),
        costs.seconds(ownRows),
        costs.seconds(plainRows),
        costs.seconds(rows),
        nanos * 1e-9);
  }

  private static float[] probabilities(Sequence sequence, TreeRecord tree, RowOutputs outputs) {
    float[] probabilities = new float[tree.size()];
    probabilities[0] = 1;
    int parent = -1;
    double logSum = 0;
    for (int node = 1; node < tree.size(); node++) {
      int row = sequence.firstRow() + tree.parents()[node];
      int offset = outputs.logitsOffset(row);
      if (tree.parents()[node] != parent) { // siblings are neighbours
        parent = tree.parents()[node];
        logSum = LogProbs.logSum(outputs.logits(), offset, sequence.vocabulary());
      }
      probabilities[node] =
          (float) StrictMath.exp(outputs.logits()[offset + tree.tokens()[node]] - logSum);
    }
    return probabilities;
  }

  /** A sequence leaves: its recording takes what explains it. */
  void close(Sequence sequence) {
    ChoiceRecording recording = sequence.times().recording();
    if (recording != null) {
      double[] curve = new double[CostCurve.MAX_ROWS];
      for (int rows = 1; rows <= curve.length; rows++) {
        curve[rows - 1] = costs.seconds(rows);
      }
      recording.ended(curve, Arrays.copyOf(sequence.tokens(), sequence.length()));
    }
  }

  private static TreeRecord tree(DraftTree tree, DraftAccount account) {
    int size = tree.size();
    int[] tokens = new int[size];
    int[] parents = new int[size];
    float[] probabilities = new float[size];
    float[] paths = new float[size];
    for (int node = 0; node < size; node++) {
      tokens[node] = tree.token(node);
      parents[node] = tree.parent(node);
      probabilities[node] = tree.probability(node);
      paths[node] =
          node == 0 ? 1 : (float) (paths[parents[node]] * account.estimate(tree.probability(node)));
    }
    return new TreeRecord(tokens, parents, probabilities, paths);
  }
}
