package updraft.speculate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import updraft.sample.grammar.GrammarAutomaton;
import updraft.sample.grammar.GrammarPath;
import updraft.sample.grammar.GrammarState;

/**
 * Drops drafted tokens that an answer's grammar does not allow: verification would refuse them, so
 * they are not worth a row. Reused; not thread-safe.
 */
public final class GrammarPruner {
  /** By node: the grammar's state after it, null where it may not follow. */
  private final @Nullable GrammarState[] states = new GrammarState[Long.SIZE];

  /** Keeps what may follow the tokens committed so far; the path is not advanced. */
  public void prune(DraftTree tree, GrammarPath path) {
    GrammarAutomaton automaton = path.automaton();
    long kept = 1;
    states[0] = path.state();
    for (int node = 1; node < tree.size(); node++) {
      GrammarState before = states[tree.parent(node)];
      GrammarState after = before == null ? null : automaton.after(before, tree.token(node));
      states[node] = after;
      kept |= after == null ? 0 : 1L << node;
    }
    Arrays.fill(states, 0, tree.size(), null); // holds no automaton alive
    if (Long.bitCount(kept) < tree.size()) {
      tree.retain(kept);
    }
  }
}
