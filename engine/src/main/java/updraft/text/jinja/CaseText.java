package updraft.text.jinja;

import java.util.Locale;
import java.util.regex.Pattern;

/** Upper, lower and title case, the same in every locale. */
final class CaseText {
  private static final Pattern WORD_START = Pattern.compile("(?<=[-\\s(\\[{<])|^");

  private CaseText() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** First character in title case, the rest in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int rest = text.offsetByCodePoints(0, 1);
    return titleCase(text.codePointAt(0)) + lower(text.substring(rest));
  }

  /** Capitalises words as the filter does: a word starts after a blank, hyphen or bracket. */
  static String titleWords(String text) {
    StringBuilder title = new StringBuilder(text.length());
    for (String word : WORD_START.split(text)) {
      title.append(word.isEmpty() ? "" : upper(word.substring(0, 1)) + lower(word.substring(1)));
    }
    return title.toString();
  }

  /** Capitalises letters as Python's method does: each one that follows no letter. */
  static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      String one = Character.toString(c);
      title.append(inWord ? lower(one) : titleCase(c));
      inWord = Character.isLetter(c);
    }
    return title.toString();
  }

  static String swap(String text) {
    StringBuilder swapped = new StringBuilder(text.length());
    for (int c : text.codePoints().toArray()) {
      String one = Character.toString(c);
      swapped.append(Character.isUpperCase(c) ? lower(one) : upper(one));
    }
    return swapped.toString();
  }

  private static String titleCase(int c) {
    String upper = upper(Character.toString(c));
    return upper.codePointCount(0, upper.length()) == 1
        ? Character.toString(Character.toTitleCase(c))
        : upper.substring(0, 1) + lower(upper.substring(1));
  }
}
