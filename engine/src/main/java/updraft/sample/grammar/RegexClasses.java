package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * The characters that an element of a regular expression stands for: ECMAScript's, with {@code u}.
 */
final class RegexClasses {
  private static final CodePoints DIGIT = CodePoints.of('0', '9');
  private static final CodePoints WORD = of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
  private static final CodePoints SPACE =
      of(
          9, 13, ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F,
          0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);
  private static final CodePoints DOT = of('\n', '\n', '\r', '\r', 0x2028, 0x2029).complement();

  private final String pattern;
  private int at;

  RegexClasses(String pattern) {
    this.pattern = pattern;
  }

  private static CodePoints of(int... bounds) {
    List<CodePoints.Range> ranges = new ArrayList<>();
    for (int i = 0; i < bounds.length; i += 2) {
      ranges.add(new CodePoints.Range(bounds[i], bounds[i + 1]));
    }
    return CodePoints.of(ranges);
  }

  /** The element at a place; {@link #end} then tells where the next begins. */
  CodePoints next(int from) {
    at = from;
    return switch (pattern.charAt(at)) {
      case '.' -> {
        at++;
        yield DOT;
      }
      case '[' -> bracketed();
      default -> one();
    };
  }

  int end() {
    return at;
  }

  private CodePoints bracketed() {
    at++;
    boolean negated = at < pattern.length() && pattern.charAt(at) == '^';
    at += negated ? 1 : 0;
    List<CodePoints.Range> ranges = new ArrayList<>();
    while (true) {
      if (at >= pattern.length()) {
        throw RegexRules.refused("pattern must have its classes closed", pattern);
      }
      if (pattern.charAt(at) == ']') {
        at++;
        break;
      }
      CodePoints first = one();
      boolean range =
          at + 1 < pattern.length()
              && pattern.charAt(at) == '-'
              && pattern.charAt(at + 1) != ']'
              && single(first);
      if (!range) {
        ranges.addAll(first.ranges());
        continue;
      }
      at++;
      CodePoints last = one();
      int low = first.ranges().getFirst().first();
      int high = single(last) ? last.ranges().getFirst().first() : -1;
      if (high < low) {
        throw RegexRules.refused("pattern must have ascending ranges", pattern);
      }
      ranges.add(new CodePoints.Range(low, high));
    }
    CodePoints set = CodePoints.of(ranges);
    return negated ? set.complement() : set;
  }

  private static boolean single(CodePoints set) {
    return set.ranges().size() == 1
        && set.ranges().getFirst().first() == set.ranges().getFirst().last();
  }

  private CodePoints one() {
    int c = pattern.codePointAt(at);
    at += Character.charCount(c);
    return c == '\\' ? escape() : CodePoints.of(c, c);
  }

  private CodePoints escape() {
    if (at >= pattern.length()) {
      throw RegexRules.refused("pattern must not end with a backslash", pattern);
    }
    char c = pattern.charAt(at++);
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.complement();
      case 'w' -> WORD;
      case 'W' -> WORD.complement();
      case 's' -> SPACE;
      case 'S' -> SPACE.complement();
      case 't' -> of('\t', '\t');
      case 'n' -> of('\n', '\n');
      case 'r' -> of('\r', '\r');
      case 'f' -> of('\f', '\f');
      case 'v' -> of(11, 11);
      case '0' -> of(0, 0);
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      default -> {
        if (Character.isLetterOrDigit(c)) {
          throw RegexRules.refused("pattern must not have the escape \\" + c, pattern);
        }
        yield of(c, c);
      }
    };
  }

  private CodePoints hex(int digits) {
    int end = at + digits;
    if (digits == 4 && at < pattern.length() && pattern.charAt(at) == '{') {
      end = pattern.indexOf('}', ++at);
    }
    String number = end < at || end > pattern.length() ? "" : pattern.substring(at, end);
    if (!number.matches("[0-9a-fA-F]{1,6}")) {
      throw RegexRules.refused("pattern must have hexadecimal digits after \\x and \\u", pattern);
    }
    at =
        end < pattern.length() && pattern.charAt(end) == '}' && pattern.charAt(at - 1) == '{'
            ? end + 1
            : end;
    int c = Integer.parseInt(number, 16);
    return of(c, Math.min(c, CodePoints.LAST));
  }
}
