package updraft.server.tools;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows a call as it is written, so that its arguments can be passed on in pieces: from where its
 * name is known to be a tool's, and its arguments begin as an object, to that object's end.
 */
final class CallScan {
  private static final Pattern BEGINNING =
      Pattern.compile(
          "\\s*\\{\\s*\"name\"\\s*:\\s*\"([^\"\\\\]+)\"\\s*,\\s*\"(arguments|parameters)\"\\s*:\\s*(?=\\{)");

  private final String name;
  private int next;
  private int depth;
  private boolean inString;
  private boolean escaped;
  private boolean ended;

  private CallScan(String name, int next) {
    this.name = name;
    this.next = next;
  }

  /** Null while the text does not tell yet, or when it is no call of one of these. */
  static @Nullable CallScan of(CharSequence text, Set<String> names) {
    Matcher beginning = BEGINNING.matcher(text);
    return beginning.lookingAt() && names.contains(beginning.group(1))
        ? new CallScan(beginning.group(1), beginning.end())
        : null;
  }

  String name() {
    return name;
  }

  /** Arguments that the text has beyond what was told before; empty once their object has ended. */
  String advance(CharSequence text) {
    int from = next;
    while (!ended && next < text.length()) {
      take(text.charAt(next++));
    }
    return text.subSequence(from, next).toString();
  }

  private void take(char c) {
    if (inString) {
      inString = escaped || c != '"';
      escaped = !escaped && c == '\\';
    } else if (c == '"') {
      inString = true;
    } else if (c == '{') {
      depth++;
    } else if (c == '}') {
      depth--;
      ended = depth == 0;
    }
  }
}
