package updraft.text.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import updraft.text.jinja.Expr.Relation;

/** What stands after {@code is}: the tests of Jinja, by name. */
final class Conditions {
  private static final Map<String, Builtin> CONDITIONS = new HashMap<>();

  static {
    add("defined value", (r, a) -> !(a.get(0) instanceof Undefined));
    add("undefined value", (r, a) -> a.get(0) instanceof Undefined);
    add("none value", (r, a) -> a.get(0) == None.NONE);
    add("true value", (r, a) -> Boolean.TRUE.equals(a.get(0)));
    add("false value", (r, a) -> Boolean.FALSE.equals(a.get(0)));
    add("boolean value", (r, a) -> a.get(0) instanceof Boolean);
    add("string value", (r, a) -> a.get(0) instanceof String);
    add("number value", (r, a) -> Values.isNumber(a.get(0)));
    add("integer value", (r, a) -> Values.typeName(a.get(0)).equals("int"));
    add("float value", (r, a) -> a.get(0) instanceof Double);
    add("mapping value", (r, a) -> a.get(0) instanceof Map<?, ?>);
    add("iterable value", (r, a) -> Values.isIterable(a.get(0)));
    add(
        "sequence value",
        (r, a) -> Values.isIterable(a.get(0)) && !(a.get(0) instanceof Generated));
    add("callable value", (r, a) -> a.get(0) instanceof Callable || a.get(0) instanceof Undefined);
    add("odd value", (r, a) -> remainder(a.get(0), 2L, r).equals(1L));
    add("even value", (r, a) -> remainder(a.get(0), 2L, r).equals(0L));
    add("divisibleby value num", (r, a) -> remainder(a.get(0), a.get(1), r).equals(0L));
    add("upper value", (r, a) -> isCase(a, true, r));
    add("lower value", (r, a) -> isCase(a, false, r));
    add("sameas value other", (r, a) -> same(a.get(0), a.get(1)));
    add("filter value", (r, a) -> a.get(0) instanceof String name && Filters.has(name));
    add("test value", (r, a) -> a.get(0) instanceof String name && CONDITIONS.containsKey(name));
    relation(Relation.EQUAL, "eq", "equalto", "==");
    relation(Relation.NOT_EQUAL, "ne", "!=");
    relation(Relation.LESS, "lt", "lessthan", "<");
    relation(Relation.LESS_OR_EQUAL, "le", "<=");
    relation(Relation.GREATER, "gt", "greaterthan", ">");
    relation(Relation.GREATER_OR_EQUAL, "ge", ">=");
    relation(Relation.IN, "in");
  }

  private Conditions() {}

  static Builtin named(String name) {
    Builtin condition = CONDITIONS.get(name);
    if (condition == null) {
      throw new Fault("unknown test '" + name + "'");
    }
    return condition;
  }

  private static void add(String signature, Builtin.Body body) {
    Builtin.register(CONDITIONS, signature, body);
  }

  private static void relation(Relation relation, String... names) {
    for (String name : names) {
      add(name + " value other", (r, a) -> Ordering.holds(a.get(0), relation, a.get(1), r));
    }
  }

  private static Object remainder(Object value, Object divisor, Rendering rendering) {
    if (value instanceof String) {
      throw Arithmetic.unsupported("%", value, divisor);
    }
    Object remainder = Arithmetic.apply(value, Expr.Operator.MODULO, divisor, rendering);
    return remainder instanceof Double real && real == Math.rint(real)
        ? (Object) (long) (double) real
        : remainder;
  }

  private static boolean isCase(Bound arguments, boolean upper, Rendering rendering) {
    String text = Printer.str(arguments.get(0), rendering);
    String cased = upper ? CaseText.upper(text) : CaseText.lower(text);
    return text.equals(cased) && text.codePoints().anyMatch(Character::isLetter);
  }

  private static boolean same(Object a, Object b) {
    boolean containers = a instanceof List<?> || a instanceof Map<?, ?>;
    return containers ? a == b : a.equals(b);
  }
}
