package updraft.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number in a template.
 *
 * @param value a {@code Long} or a {@code Double}
 * @param end offset after it
 */
record NumberLiteral(Object value, int end) {
  private static final String DIGITS = "[0-9](?:_?[0-9])*+";
  private static final Pattern FLOAT =
      Pattern.compile("%1$s(?:\\.%1$s(?:[eE][-+]?%1$s)?|[eE][-+]?%1$s)".formatted(DIGITS));
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB]((?:_?[01])++)|0[oO]((?:_?[0-7])++)|0[xX]((?:_?[0-9a-fA-F])++)|(%s)"
              .formatted(DIGITS));

  static NumberLiteral at(String source, int at) {
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    Matcher real = FLOAT.matcher(source).region(at, source.length());
    if (!afterDot && real.lookingAt()) {
      return new NumberLiteral(Double.parseDouble(real.group().replace("_", "")), real.end());
    }
    Matcher integer = INTEGER.matcher(source).region(at, source.length());
    if (!integer.lookingAt()) {
      throw new Fault("a number must have digits", at);
    }
    int[] radix = {2, 8, 16, 10};
    int group = 1;
    while (integer.group(group) == null) {
      group++;
    }
    try {
      String digits = integer.group(group).replace("_", "");
      return new NumberLiteral(Long.parseLong(digits, radix[group - 1]), integer.end());
    } catch (NumberFormatException e) {
      throw new Fault("an integer must fit in 64 bits: " + integer.group(), at);
    }
  }
}
