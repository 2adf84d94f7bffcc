package updraft.sample.grammar;

import java.util.Arrays;

/** An answer's way through its grammar. Not thread-safe. */
public final class GrammarPath {
  private final GrammarAutomaton automaton;
  private GrammarState state;

  GrammarPath(GrammarAutomaton automaton) {
    this.automaton = automaton;
    this.state = automaton.start();
  }

  public GrammarAutomaton automaton() {
    return automaton;
  }

  /** After the tokens committed so far. */
  public GrammarState state() {
    return state;
  }

  /**
   * Goes on with a token.
   *
   * @throws GrammarException if it may not follow
   */
  public void commit(int token) {
    GrammarState next = automaton.after(state, token);
    if (next == null) {
      throw new GrammarException("a token must follow the grammar: token=" + token);
    }
    state = next;
  }

  /**
   * Bans the tokens that may not follow.
   *
   * @throws GrammarException if none may
   */
  public void mask(float[] logits) {
    long[] allowed = automaton.allowed(state);
    long any = 0;
    for (int word = 0; word < allowed.length; word++) {
      long bits = allowed[word];
      any |= bits;
      int first = word << 6;
      int end = Math.min(first + Long.SIZE, logits.length);
      if (bits == 0) {
        Arrays.fill(logits, first, end, Float.NEGATIVE_INFINITY);
      } else if (bits != -1) {
        for (int token = first; token < end; token++) {
          if ((bits >>> token & 1) == 0) {
            logits[token] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
    if (any == 0) {
      throw new GrammarException("a grammar must let some token of the vocabulary follow");
    }
  }
}
