package updraft.sample.grammar;

import java.util.SplittableRandom;

/** Small grammars over a, b and é, ambiguous as often as not, and short texts. */
final class RandomGrammars {
  private static final String[] ATOMS = {
    "\"a\"", "\"b\"", "[ab]", "[^a]", "\"ab\"", "\"é\"", "\"\""
  };
  private static final String[] REPEATS = {"", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,}"};

  private RandomGrammars() {}

  static String next(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int rules = random.nextInt(1, 5);
    for (int rule = 0; rule < rules; rule++) {
      text.append(rule == 0 ? "root" : "r" + rule).append(" ::= ");
      choice(text, random, rules, 2);
      text.append('\n');
    }
    return text.toString();
  }

  private static void choice(StringBuilder text, SplittableRandom random, int rules, int depth) {
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      for (int j = random.nextInt(1, 4); j > 0; j--) {
        int kind = random.nextInt(10);
        if (kind < 6 || (kind < 8 && depth == 0)) {
          text.append(ATOMS[random.nextInt(ATOMS.length)]);
        } else if (kind < 8) {
          text.append('(');
          choice(text, random, rules, depth - 1);
          text.append(')');
        } else {
          int rule = random.nextInt(rules);
          text.append(rule == 0 ? "root" : "r" + rule);
        }
        text.append(REPEATS[random.nextInt(REPEATS.length)]).append(' ');
      }
      text.append(i > 1 ? "| " : "");
    }
  }

  static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(9); i > 0; i--) {
      text.append("aabbé".charAt(random.nextInt(5)));
    }
    return text.toString();
  }
}
