package updraft.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import updraft.text.jinja.Expr.Relation;

/** Equality, order and membership as Python has them. */
final class Ordering {
  private Ordering() {}

  static boolean holds(Object left, Relation relation, Object right, Rendering rendering) {
    return switch (relation) {
      case EQUAL -> equal(left, right, rendering);
      case NOT_EQUAL -> !equal(left, right, rendering);
      case LESS -> compare(left, right, relation.symbol, rendering) < 0;
      case LESS_OR_EQUAL -> compare(left, right, relation.symbol, rendering) <= 0;
      case GREATER -> compare(left, right, relation.symbol, rendering) > 0;
      case GREATER_OR_EQUAL -> compare(left, right, relation.symbol, rendering) >= 0;
      case IN -> contains(right, left, rendering);
      case NOT_IN -> !contains(right, left, rendering);
    };
  }

  static boolean equal(Object left, Object right, Rendering rendering) {
    if (left instanceof String a && right instanceof String b) {
      rendering.budget().spend(Math.min(a.length(), b.length()));
      return a.equals(b);
    }
    if (Values.isNumber(left) && Values.isNumber(right)) {
      return compareNumbers(left, right) == 0;
    }
    if (left instanceof Undefined) {
      return right instanceof Undefined;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return a instanceof Tuple == b instanceof Tuple && equalLists(a, b, rendering);
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return equalMaps(a, b, rendering);
    }
    return left == right;
  }

  private static boolean equalLists(List<?> a, List<?> b, Rendering rendering) {
    if (a.size() != b.size()) {
      return false;
    }
    rendering.budget().enter();
    boolean equal = true;
    for (int i = 0; equal && i < a.size(); i++) {
      rendering.budget().spendElements(1);
      equal = equal(a.get(i), b.get(i), rendering);
    }
    rendering.budget().leave();
    return equal;
  }

  private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b, Rendering rendering) {
    if (a.size() != b.size()) {
      return false;
    }
    rendering.budget().enter();
    boolean equal = true;
    for (Map.Entry<?, ?> entry : a.entrySet()) {
      rendering.budget().spendElements(1);
      Object other = b.get(entry.getKey());
      equal = equal && other != null && equal(entry.getValue(), other, rendering);
    }
    rendering.budget().leave();
    return equal;
  }

  /** Below, equal or above zero; {@code symbol} names the comparison in the error. */
  static int compare(Object left, Object right, String symbol, Rendering rendering) {
    if (Values.isNumber(left) && Values.isNumber(right)) {
      return compareNumbers(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      rendering.budget().spend(Math.min(a.length(), b.length()));
      return compareCodePoints(a, b);
    }
    if (left instanceof List<?> a
        && right instanceof List<?> b
        && a instanceof Tuple == b instanceof Tuple) {
      return compareLists(a, b, symbol, rendering);
    }
    throw Arithmetic.unsupported(symbol, left, right);
  }

  private static int compareLists(List<?> a, List<?> b, String symbol, Rendering rendering) {
    rendering.budget().enter();
    int order = Integer.compare(a.size(), b.size());
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      rendering.budget().spendElements(1);
      if (!equal(a.get(i), b.get(i), rendering)) {
        order = compare(a.get(i), b.get(i), symbol, rendering);
        break;
      }
    }
    rendering.budget().leave();
    return order;
  }

  /** The order that sorting uses; strings without regard to case when {@code foldCase}. */
  static Comparator<Object> ascending(boolean foldCase, Rendering rendering) {
    return (a, b) -> compare(folded(a, foldCase), folded(b, foldCase), "<", rendering);
  }

  static Object folded(Object value, boolean foldCase) {
    return foldCase && value instanceof String text ? CaseText.lower(text) : value;
  }

  static boolean contains(Object container, Object item, Rendering rendering) {
    return switch (container) {
      case Undefined undefined -> false;
      case String text -> {
        if (!(item instanceof String part)) {
          throw Arithmetic.unsupported("in", item, container);
        }
        rendering.budget().spend(text.length());
        yield text.contains(part);
      }
      case Map<?, ?> map -> map.containsKey(Values.hashable(item));
      case List<?> list -> {
        boolean found = false;
        for (int i = 0; !found && i < list.size(); i++) {
          rendering.budget().spendElements(1);
          found = equal(list.get(i), item, rendering);
        }
        yield found;
      }
      default -> throw Arithmetic.unsupported("in", item, container);
    };
  }

  /** Exact, and a total order (NaN comes last), as sorting needs. */
  private static int compareNumbers(Object left, Object right) {
    double a = Arithmetic.toDouble(left);
    double b = Arithmetic.toDouble(right);
    return Double.isFinite(a) && Double.isFinite(b)
        ? exact(left).compareTo(exact(right))
        : Double.compare(a, b);
  }

  private static BigDecimal exact(Object number) {
    return switch (number) {
      case BigInteger big -> new BigDecimal(big);
      case Double real -> new BigDecimal(real);
      default -> BigDecimal.valueOf(Arithmetic.toLong(number));
    };
  }

  private static int compareCodePoints(String a, String b) {
    int i = 0;
    int end = Math.min(a.length(), b.length());
    while (i < end && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == end) {
      return Integer.compare(a.length(), b.length());
    }
    boolean surrogates = Character.isSurrogate(a.charAt(i)) && Character.isSurrogate(b.charAt(i));
    int from = surrogates && i > 0 && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
    return Integer.compare(a.codePointAt(from), b.codePointAt(from));
  }
}
