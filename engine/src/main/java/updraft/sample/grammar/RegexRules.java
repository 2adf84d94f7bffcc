package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.List;
import updraft.request.InvalidRequestException;

/**
 * A regular expression as part of a grammar: the strings in JSON that it is found in. Being part of
 * the automaton it takes linear time whatever it is. What is not regular (references back, looking
 * around) is refused.
 */
final class RegexRules {
  private static final int MAX_CHARS = 4096;
  private static final int MAX_DEPTH = 40;

  private final String pattern;
  private final String any;
  private final RegexClasses classes;
  private int at;
  private int depth;

  private RegexRules(String pattern, String any) {
    this.pattern = pattern;
    this.any = any;
    this.classes = new RegexClasses(pattern);
  }

  /**
   * What stands between the quotes.
   *
   * @param any the rule of any character in a string
   */
  static String inString(String pattern, String any) {
    if (pattern.length() > MAX_CHARS) {
      throw refused("pattern must have at most " + MAX_CHARS + " characters", "…");
    }
    return new RegexRules(pattern, any).search();
  }

  /** Alternatives, each free to begin and end anywhere unless it is anchored. */
  private String search() {
    List<String> ways = new ArrayList<>();
    do {
      boolean anchored = take('^');
      String body = sequence();
      boolean ended = take('$');
      ways.add((anchored ? "" : any + "* ") + body + (ended ? "" : " " + any + "*"));
    } while (take('|'));
    if (at < pattern.length()) {
      throw refused("pattern must have ^ at its beginning, $ at its end and ) closed", pattern);
    }
    return "(" + String.join(" | ", ways) + ")";
  }

  private String choice() {
    if (++depth > MAX_DEPTH) {
      throw refused("pattern must have groups nested at most " + MAX_DEPTH + " deep", pattern);
    }
    List<String> ways = new ArrayList<>();
    do {
      ways.add(sequence());
    } while (take('|'));
    depth--;
    return "(" + String.join(" | ", ways) + ")";
  }

  private String sequence() {
    StringBuilder parts = new StringBuilder("\"\"");
    while (at < pattern.length() && "|)$".indexOf(pattern.charAt(at)) < 0) {
      parts.append(' ').append(atom()).append(quantifier());
    }
    return parts.toString();
  }

  private String atom() {
    if (take('(')) {
      if (take('?')) {
        groupKind();
      }
      String inner = choice();
      if (!take(')')) {
        throw refused("pattern must have its groups closed", pattern);
      }
      return inner;
    }
    char c = pattern.charAt(at);
    if ("*+?{^".indexOf(c) >= 0) {
      throw refused("pattern must not have " + c + " here: place=" + at, pattern);
    }
    CodePoints set = classes.next(at);
    at = classes.end();
    return JsonRules.inString(set);
  }

  /** Passes {@code ?:} and {@code ?<name>}; all other groups look around or switch modes. */
  private void groupKind() {
    if (take(':')) {
      return;
    }
    int end = pattern.indexOf('>', at);
    if (take('<') && end > at && Character.isLetter(pattern.charAt(at))) {
      at = end + 1;
      return;
    }
    throw refused("pattern must not look around nor switch modes: place=" + at, pattern);
  }

  private String quantifier() {
    String times = "";
    if (take('*')) {
      times = "*";
    } else if (take('+')) {
      times = "+";
    } else if (take('?')) {
      times = "?";
    } else if (at < pattern.length() && pattern.charAt(at) == '{') {
      int end = pattern.indexOf('}', at);
      times = end < 0 ? "" : pattern.substring(at, end + 1);
      if (!times.matches("\\{\\d{1,6}(,\\d{0,6})?}")) {
        throw refused("pattern must have counts as {m}, {m,} or {m,n}: place=" + at, pattern);
      }
      at = end + 1;
    }
    if (!times.isEmpty()) {
      take('?'); // lazy or not, the same texts match
      if (at < pattern.length() && pattern.charAt(at) == '+') {
        throw refused("pattern must not have possessive quantifiers: place=" + at, pattern);
      }
    }
    return times;
  }

  private boolean take(char c) {
    if (at < pattern.length() && pattern.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  static InvalidRequestException refused(String message, String pattern) {
    String shown = pattern.length() > 80 ? pattern.substring(0, 80) + "…" : pattern;
    return new InvalidRequestException("grammar", message + ": pattern=" + shown);
  }
}
