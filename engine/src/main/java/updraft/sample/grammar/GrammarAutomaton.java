package updraft.sample.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A grammar over the tokens of a vocabulary: which may come next, and where they lead. States are
 * made when first reached and kept, as a lazy determinisation does, so the time for a byte is a
 * look-up once it has been seen and bounded by the grammar's size before: nothing is tried and
 * taken back. Going back to an earlier state is to hold it still.
 *
 * <p>Not thread-safe. Memory: states and masks are forgotten when there are too many of them.
 */
public final class GrammarAutomaton {
  /** Leads nowhere. */
  static final GrammarState DEAD = new GrammarState(new int[0], new Frame[0], false);

  private static final int MAX_STATES = 8192;
  private static final long MAX_MASK_WORDS = 1 << 20;

  /** Places to visit for one token's mask; beyond it a step would hold up everybody else's. */
  private static final long MAX_WORK = 20_000_000;

  private final Program program;
  private final TokenTrie trie;
  private final Closure closure;
  private final GrammarState[] walked;
  private final Map<Closure.Key, GrammarState> states = new HashMap<>();
  private long maskWords;
  private long work;

  public GrammarAutomaton(Grammar grammar, TokenTrie trie) {
    this.program = grammar.program();
    this.trie = trie;
    this.closure = new Closure(program);
    this.walked = new GrammarState[trie.maxDepth() + 1];
  }

  /** The place before any text. */
  public GrammarState start() {
    closure.start();
    closure.seed(program.starts()[0], Frame.ROOT);
    return closed();
  }

  /** Where a token leads, or null where it may not follow. */
  public @Nullable GrammarState after(GrammarState from, int token) {
    if (trie.ends(token)) {
      return from.complete() ? from : null;
    }
    byte[] bytes = trie.bytes(token);
    if (bytes.length == 0) {
      return null;
    }
    work = 0;
    GrammarState state = from;
    for (byte value : bytes) {
      state = after(state, value);
      if (state == DEAD) {
        return null;
      }
    }
    return state;
  }

  /** Where a byte leads, or {@link #DEAD}. */
  GrammarState after(GrammarState from, byte value) {
    GrammarState known = from.next[value & 0xFF];
    return known == null ? explore(from, value & 0xFF) : known;
  }

  private GrammarState explore(GrammarState from, int value) {
    work += from.pcs.length;
    if (work > MAX_WORK) {
      throw new GrammarException("a grammar must be less ambiguous: a token takes too long");
    }
    closure.start();
    for (int i = 0; i < from.pcs.length; i++) {
      if (program.takes(from.pcs[i], value)) {
        closure.seed(from.pcs[i] + 1, from.frames[i]);
      }
    }
    GrammarState to = closed();
    from.next[value] = to;
    return to;
  }

  private GrammarState closed() {
    closure.run();
    work += closure.size();
    if (closure.size() == 0 && !closure.complete()) {
      return DEAD;
    }
    Closure.Key key = closure.key();
    GrammarState known = states.get(key);
    if (known != null) {
      return known;
    }
    if (states.size() >= MAX_STATES) {
      forget();
    }
    GrammarState state = closure.state();
    states.put(key, state);
    return state;
  }

  private void forget() {
    states.clear();
    closure.forget();
    maskWords = 0;
  }

  /**
   * The tokens that may follow, a bit each: token t is bit t % 64 of word t / 64. Shared: not to be
   * changed.
   */
  public long[] allowed(GrammarState state) {
    long[] mask = state.mask;
    if (mask == null) {
      work = 0;
      mask = trie.mask(state, this, walked);
      Arrays.fill(walked, null);
      state.mask = mask;
      maskWords += mask.length;
      if (maskWords > MAX_MASK_WORDS) {
        forget();
      }
    }
    return mask;
  }
}
