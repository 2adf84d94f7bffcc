package updraft.sample.grammar;

import org.jspecify.annotations.Nullable;

/**
 * A place in texts of a grammar: all that may follow is a function of it. Of one automaton, which
 * fills in what is asked for; for its thread alone.
 */
public final class GrammarState {
  /** The instructions that take a byte next, and the frames of their rules. */
  final int[] pcs;

  final Frame[] frames;
  private final boolean complete;

  /** By byte: where it leads, or {@link GrammarAutomaton#DEAD}; null when not known yet. */
  final @Nullable GrammarState[] next = new GrammarState[256];

  /** The tokens that may follow; null when not known yet. */
  long @Nullable [] mask;

  GrammarState(int[] pcs, Frame[] frames, boolean complete) {
    this.pcs = pcs;
    this.frames = frames;
    this.complete = complete;
  }

  /** Whether the text may end here. */
  public boolean complete() {
    return complete;
  }

  /** Whether nothing may follow. */
  public boolean finished() {
    return pcs.length == 0;
  }
}
