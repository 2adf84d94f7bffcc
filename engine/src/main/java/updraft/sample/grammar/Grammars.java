package updraft.sample.grammar;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The grammars in use, so that requests with the same one share what has been found out about it.
 * {@link #check} may be called from any thread, {@link #path} from one alone.
 */
public final class Grammars {
  private static final int KEPT_GRAMMARS = 32;
  private static final int KEPT_AUTOMATA = 8;

  private final Supplier<TokenTrie> makeTrie;
  private final Map<String, Grammar> grammars = new Recent<>(KEPT_GRAMMARS);
  private final Map<Grammar, GrammarAutomaton> automata = new Recent<>(KEPT_AUTOMATA);
  private @Nullable TokenTrie trie;

  /**
   * @param makeTrie called when the first grammar comes
   */
  public Grammars(Supplier<TokenTrie> makeTrie) {
    this.makeTrie = makeTrie;
  }

  /**
   * Reads a grammar before an answer is bound to it.
   *
   * @return the tokens it will be matched with
   * @throws updraft.request.InvalidRequestException if it cannot be served
   */
  public synchronized TokenTrie check(String text) {
    grammar(text);
    return trie();
  }

  /** A new answer's way through a grammar. */
  public GrammarPath path(String text) {
    Grammar grammar = grammar(text);
    GrammarAutomaton automaton = automata.get(grammar);
    if (automaton == null) {
      automaton = new GrammarAutomaton(grammar, trie());
      automata.put(grammar, automaton);
    }
    return new GrammarPath(automaton);
  }

  private synchronized Grammar grammar(String text) {
    Grammar grammar = grammars.get(text);
    if (grammar == null) {
      grammar = Grammar.parse(text);
      grammars.put(text, grammar);
    }
    return grammar;
  }

  private synchronized TokenTrie trie() {
    TokenTrie made = trie;
    if (made == null) {
      made = makeTrie.get();
      trie = made;
    }
    return made;
  }

  /** The entries asked for last. */
  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int kept;

    Recent(int kept) {
      super(16, 0.75f, true);
      this.kept = kept;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > kept;
    }
  }
}
