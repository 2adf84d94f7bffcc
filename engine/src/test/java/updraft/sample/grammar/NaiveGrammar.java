package updraft.sample.grammar;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a grammar means, by the book: the ends that each part may have from each place of a text.
 * Shares nothing with the automaton but the rules.
 */
final class NaiveGrammar {
  private final Map<String, Expr> rules;
  private final byte[] text;
  private final Map<List<Object>, Set<Integer>> known = new HashMap<>();

  private NaiveGrammar(Map<String, Expr> rules, byte[] text) {
    this.rules = rules;
    this.text = text;
  }

  static boolean matches(String grammar, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    NaiveGrammar naive = new NaiveGrammar(GbnfParser.parse(grammar), bytes);
    return naive.ends(new Expr.Ref("root"), 0).contains(bytes.length);
  }

  private Set<Integer> ends(Expr expr, int from) {
    return switch (expr) {
      case Expr.Chars chars -> {
        String rest = new String(text, from, text.length - from, StandardCharsets.UTF_8);
        boolean fits = !rest.isEmpty() && chars.set().contains(rest.codePointAt(0));
        yield fits
            ? Set.of(
                from
                    + Character.toString(rest.codePointAt(0))
                        .getBytes(StandardCharsets.UTF_8)
                        .length)
            : Set.of();
      }
      case Expr.Text wanted -> {
        byte[] bytes = wanted.bytes().getBytes(StandardCharsets.ISO_8859_1);
        boolean fits = from + bytes.length <= text.length;
        for (int i = 0; fits && i < bytes.length; i++) {
          fits = text[from + i] == bytes[i];
        }
        yield fits ? Set.of(from + bytes.length) : Set.of();
      }
      case Expr.Sequence sequence -> {
        Set<Integer> places = Set.of(from);
        for (Expr part : sequence.parts()) {
          places = step(part, places);
        }
        yield places;
      }
      case Expr.Choice choice -> {
        Set<Integer> places = new TreeSet<>();
        choice.alternatives().forEach(part -> places.addAll(ends(part, from)));
        yield places;
      }
      case Expr.Repeat repeat -> repeated(repeat, from);
      case Expr.Ref ref -> {
        List<Object> key = List.of(ref.rule(), from);
        Set<Integer> before = known.get(key);
        if (before == null) {
          known.put(key, Set.of()); // a rule that begins with itself and never ends matches nothing
          before = ends(rules.get(ref.rule()), from);
          known.put(key, before);
        }
        yield before;
      }
    };
  }

  private Set<Integer> step(Expr part, Set<Integer> places) {
    Set<Integer> next = new TreeSet<>();
    places.forEach(place -> next.addAll(ends(part, place)));
    return next;
  }

  private Set<Integer> repeated(Expr.Repeat repeat, int from) {
    Set<Integer> places = new TreeSet<>(Set.of(from));
    for (int i = 0; i < repeat.min(); i++) {
      places = step(repeat.part(), places);
    }
    Set<Integer> all = new TreeSet<>(places);
    for (int i = repeat.min(); repeat.max() < 0 || i < repeat.max(); i++) {
      places = step(repeat.part(), places);
      if (!all.addAll(places)) {
        break;
      }
    }
    return all;
  }
}
