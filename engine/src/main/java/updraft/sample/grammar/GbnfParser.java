package updraft.sample.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import updraft.request.InvalidRequestException;

/**
 * Reads grammars as llama.cpp's GBNF writes them: {@code name ::= …} with strings in quotes,
 * classes in brackets, {@code .}, groups, {@code |}, {@code * + ? {m,n}} and comments from {@code
 * #}. A rule goes on until the next name before {@code ::=}, whatever the lines.
 */
final class GbnfParser {
  static final int MAX_CHARS = 1 << 20;
  static final int MAX_RULES = 20_000;
  private static final int MAX_DEPTH = 100;

  private final GbnfScanner in;
  private final Map<String, Expr> rules = new LinkedHashMap<>();
  private int depth;

  private GbnfParser(String text) {
    in = new GbnfScanner(text);
  }

  /**
   * The rules by name, in order.
   *
   * @throws InvalidRequestException with the place of the error
   */
  static Map<String, Expr> parse(String text) {
    if (text.length() > MAX_CHARS) {
      throw new InvalidRequestException(
          "grammar",
          "grammar must have at most " + MAX_CHARS + " characters: characters=" + text.length());
    }
    return new GbnfParser(text).rules();
  }

  private Map<String, Expr> rules() {
    in.skipSpace();
    while (!in.atEnd()) {
      String name = in.name();
      in.skipSpace();
      in.expect("::=");
      Expr body = choice();
      if (rules.put(name, body) != null) {
        throw in.refused("a rule must be defined once: rule=" + name);
      }
      if (rules.size() > MAX_RULES) {
        throw in.refused("a grammar must have at most " + MAX_RULES + " rules");
      }
    }
    if (!rules.containsKey("root")) {
      throw in.refused("a grammar must have a rule named root");
    }
    return rules;
  }

  private Expr choice() {
    if (++depth > MAX_DEPTH) {
      throw in.refused("groups must be nested at most " + MAX_DEPTH + " deep");
    }
    List<Expr> alternatives = new ArrayList<>();
    do {
      in.skipSpace();
      alternatives.add(sequence());
    } while (in.take('|'));
    depth--;
    return alternatives.size() == 1 ? alternatives.getFirst() : new Expr.Choice(alternatives);
  }

  private Expr sequence() {
    List<Expr> parts = new ArrayList<>();
    while (!in.atEnd() && in.peek() != '|' && in.peek() != ')' && !in.atRule()) {
      Expr part = repeated(atom());
      parts.add(part);
      in.skipSpace();
    }
    return parts.size() == 1 ? parts.getFirst() : new Expr.Sequence(parts);
  }

  private Expr atom() {
    if (in.take('"')) {
      return text();
    }
    if (in.take('[')) {
      return chars();
    }
    if (in.take('.')) {
      return new Expr.Chars(CodePoints.ALL);
    }
    if (in.take('(')) {
      Expr inner = choice();
      in.expect(")");
      return inner;
    }
    return new Expr.Ref(in.name());
  }

  private Expr text() {
    StringBuilder bytes = new StringBuilder();
    while (!in.take('"')) {
      boolean raw = in.atByteEscape();
      int c = in.character();
      if (raw) {
        bytes.append((char) c);
      } else {
        byte[] encoded = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        bytes.append(new String(encoded, StandardCharsets.ISO_8859_1));
      }
    }
    return new Expr.Text(bytes.toString());
  }

  private Expr chars() {
    boolean negated = in.take('^');
    List<CodePoints.Range> ranges = new ArrayList<>();
    while (!in.take(']')) {
      int first = in.character();
      int last = first;
      if (in.peek() == '-' && in.peek(1) != ']') {
        in.expect("-");
        last = in.character();
      }
      if (last < first) {
        throw in.refused("a range of characters must ascend");
      }
      ranges.add(new CodePoints.Range(first, last));
    }
    CodePoints set = CodePoints.of(ranges);
    return new Expr.Chars(negated ? set.complement() : set);
  }

  private Expr repeated(Expr part) {
    in.skipSpace();
    Expr result = part;
    for (int times = 0; ; times++) {
      if (in.take('*')) {
        result = new Expr.Repeat(result, 0, Expr.Repeat.UNBOUNDED);
      } else if (in.take('+')) {
        result = new Expr.Repeat(result, 1, Expr.Repeat.UNBOUNDED);
      } else if (in.take('?')) {
        result = new Expr.Repeat(result, 0, 1);
      } else if (in.take('{')) {
        result = counted(result);
      } else {
        return result;
      }
      if (times == MAX_DEPTH) {
        throw in.refused("a part must be repeated at most " + MAX_DEPTH + " times over");
      }
      in.skipSpace();
    }
  }

  private Expr counted(Expr part) {
    in.skipSpace();
    int min = in.peek() == ',' ? 0 : in.number();
    in.skipSpace();
    int max = min;
    if (in.take(',')) {
      in.skipSpace();
      max = in.peek() == '}' ? Expr.Repeat.UNBOUNDED : in.number();
      in.skipSpace();
    }
    in.expect("}");
    if (max != Expr.Repeat.UNBOUNDED && max < min) {
      throw in.refused("a repetition must be {min,max} with min at most max");
    }
    return new Expr.Repeat(part, min, max);
  }
}
