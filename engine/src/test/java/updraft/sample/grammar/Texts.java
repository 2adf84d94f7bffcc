package updraft.sample.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** An automaton over a vocabulary of the bytes and some longer tokens; and texts to try on it. */
final class Texts {
  static final int END = 256;
  private static final String[] LONGER = {
    "\": \"", "{\"", "\"}", "true", "false", "null", "ab", "aab", "abc", "é", "[[", "]]", "  ",
    "\n  "
  };
  static final int VOCABULARY = 257 + LONGER.length;
  static final TokenTrie TRIE = new TokenTrie(VOCABULARY, Texts::bytes, token -> token == END);

  private Texts() {}

  static byte[] bytes(int token) {
    return token < 256
        ? new byte[] {(byte) token}
        : LONGER[token - 257].getBytes(StandardCharsets.UTF_8);
  }

  static GrammarAutomaton automaton(String grammar) {
    return new GrammarAutomaton(Grammar.parse(grammar), TRIE);
  }

  static boolean matches(String grammar, String text) {
    return matches(automaton(grammar), text);
  }

  /** Whether a text, byte for byte, is one of the grammar's. */
  static boolean matches(GrammarAutomaton automaton, String text) {
    GrammarState state = automaton.start();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      state = automaton.after(state, value);
      if (state == GrammarAutomaton.DEAD) {
        return false;
      }
    }
    return state.complete();
  }

  /** A text of tokens drawn from what is allowed; ends soon after {@code length} if it can. */
  static List<Integer> walk(GrammarAutomaton automaton, SplittableRandom random, int length) {
    List<Integer> tokens = new ArrayList<>();
    GrammarState state = automaton.start();
    while (tokens.size() < length) {
      int[] allowed = allowed(automaton, state);
      int token = allowed[random.nextInt(allowed.length)];
      if (token == END) {
        return tokens;
      }
      tokens.add(token);
      state = automaton.after(state, token);
    }
    return tokens;
  }

  static int[] allowed(GrammarAutomaton automaton, GrammarState state) {
    return BitSet.valueOf(automaton.allowed(state)).stream().toArray();
  }

  static String text(List<Integer> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tokens.forEach(token -> bytes.writeBytes(bytes(token)));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
