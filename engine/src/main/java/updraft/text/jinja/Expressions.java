package updraft.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.text.jinja.Expr.ArgumentList;
import updraft.text.jinja.Expr.FilterCall;

/** Evaluates expressions. */
final class Expressions {
  private final Rendering rendering;

  Expressions(Rendering rendering) {
    this.rendering = rendering;
  }

  Object evaluate(Expr expression, Scope scope) {
    rendering.budget().enter();
    Object value =
        switch (expression) {
          case Expr.Literal literal -> literal.value();
          case Expr.Name name -> variable(name, scope);
          case Expr.Attribute attribute -> attribute(attribute, scope);
          case Expr.Item item -> item(item, scope);
          case Expr.Slice slice -> slice(slice, scope);
          case Expr.Call call -> call(call, scope, null);
          case Expr.Filtered filtered ->
              filter(evaluate(filtered.input(), scope), filtered.filter(), scope);
          case Expr.Tested tested -> test(tested, scope);
          case Expr.Not not -> !isTrue(not.operand(), scope);
          case Expr.And and -> {
            Object left = evaluate(and.left(), scope);
            yield Values.isTrue(left) ? evaluate(and.right(), scope) : left;
          }
          case Expr.Or or -> {
            Object left = evaluate(or.left(), scope);
            yield Values.isTrue(left) ? left : evaluate(or.right(), scope);
          }
          case Expr.Comparison comparison -> comparison(comparison, scope);
          case Expr.Arithmetic arithmetic -> arithmetic(arithmetic, scope);
          case Expr.Concat concat -> concat(concat, scope);
          case Expr.Conditional conditional -> conditional(conditional, scope);
          case Expr.Sequence sequence -> sequence(sequence, scope);
          case Expr.Mapping mapping -> mapping(mapping, scope);
          case Expr.Negative negative -> sign(negative.at(), negative.operand(), true, scope);
          case Expr.Positive positive -> sign(positive.at(), positive.operand(), false, scope);
        };
    rendering.budget().leave();
    return value;
  }

  boolean isTrue(Expr condition, Scope scope) {
    return Values.isTrue(evaluate(condition, scope));
  }

  private static Object variable(Expr.Name name, Scope scope) {
    Object value = scope.find(name.name());
    return value == null ? Undefined.variable(name.name()) : value;
  }

  private Object attribute(Expr.Attribute attribute, Scope scope) {
    Object target = evaluate(attribute.target(), scope);
    rendering.moveTo(attribute.at());
    return Lookup.attribute(target, attribute.name());
  }

  private Object item(Expr.Item item, Scope scope) {
    Object target = evaluate(item.target(), scope);
    Object key = evaluate(item.key(), scope);
    rendering.moveTo(item.at());
    if (target instanceof String text) {
      rendering.budget().spend(text.length());
    }
    return Lookup.item(target, key);
  }

  private Object slice(Expr.Slice slice, Scope scope) {
    Object target = evaluate(slice.target(), scope);
    Object from = bound(slice.from(), scope);
    Object to = bound(slice.to(), scope);
    Object step = bound(slice.step(), scope);
    rendering.moveTo(slice.at());
    return Lookup.slice(target, from, to, step, rendering);
  }

  private Object bound(@Nullable Expr bound, Scope scope) {
    return bound == null ? None.NONE : evaluate(bound, scope);
  }

  /** Calls with {@code caller}, the body of a call block, or null. */
  Object call(Expr.Call call, Scope scope, @Nullable Callable caller) {
    Object callee = evaluate(call.callee(), scope);
    Arguments arguments = arguments(call.arguments(), scope);
    rendering.moveTo(call.at());
    return switch (callee) {
      case Callable function ->
          function.call(rendering, caller == null ? arguments : arguments.with("caller", caller));
      case Undefined undefined -> throw undefined.fault();
      default -> throw new Fault("'" + Values.typeName(callee) + "' cannot be called");
    };
  }

  Object filter(Object input, FilterCall call, Scope scope) {
    Arguments arguments = arguments(call.arguments(), scope);
    rendering.moveTo(call.at());
    return Filters.named(call.name()).call(rendering, arguments.after(input));
  }

  private Object test(Expr.Tested tested, Scope scope) {
    Object input = evaluate(tested.input(), scope);
    Arguments arguments = arguments(tested.arguments(), scope);
    rendering.moveTo(tested.at());
    return Conditions.named(tested.test()).call(rendering, arguments.after(input));
  }

  private Arguments arguments(ArgumentList list, Scope scope) {
    List<Object> positional = new ArrayList<>(list.positional().size());
    for (Expr argument : list.positional()) {
      positional.add(evaluate(argument, scope));
    }
    Map<String, Object> named = new LinkedHashMap<>();
    list.named().forEach((name, argument) -> named.put(name, evaluate(argument, scope)));
    if (list.spread() != null) {
      positional.addAll(Values.items(evaluate(list.spread(), scope), rendering));
    }
    if (list.spreadNamed() != null) {
      if (!(evaluate(list.spreadNamed(), scope) instanceof Map<?, ?> map)) {
        throw new Fault("'**' must stand before a dict", list.spreadNamed().at());
      }
      map.forEach((key, value) -> named.put(Printer.str(key, rendering), value));
    }
    return new Arguments(positional, named);
  }

  private Object comparison(Expr.Comparison comparison, Scope scope) {
    Object left = evaluate(comparison.first(), scope);
    boolean holds = true;
    for (int i = 0; holds && i < comparison.relations().size(); i++) {
      Object right = evaluate(comparison.operands().get(i), scope);
      rendering.moveTo(comparison.at());
      holds = Ordering.holds(left, comparison.relations().get(i), right, rendering);
      left = right;
    }
    return holds;
  }

  private Object arithmetic(Expr.Arithmetic arithmetic, Scope scope) {
    Object left = evaluate(arithmetic.left(), scope);
    Object right = evaluate(arithmetic.right(), scope);
    rendering.moveTo(arithmetic.at());
    return Arithmetic.apply(left, arithmetic.operator(), right, rendering);
  }

  private Object sign(int at, Expr operand, boolean negative, Scope scope) {
    Object value = evaluate(operand, scope);
    rendering.moveTo(at);
    return negative ? Arithmetic.negate(value) : Arithmetic.plus(value);
  }

  private Object concat(Expr.Concat concat, Scope scope) {
    StringBuilder text = new StringBuilder();
    for (Expr part : concat.parts()) {
      String piece = Printer.str(evaluate(part, scope), rendering);
      rendering.budget().spend(piece.length());
      text.append(piece);
    }
    return text.toString();
  }

  private Object conditional(Expr.Conditional conditional, Scope scope) {
    if (isTrue(conditional.condition(), scope)) {
      return evaluate(conditional.then(), scope);
    }
    return conditional.otherwise() == null
        ? new Undefined("the inline 'if' is false and has no 'else'")
        : evaluate(conditional.otherwise(), scope);
  }

  private Object sequence(Expr.Sequence sequence, Scope scope) {
    List<Object> items = new ArrayList<>(sequence.items().size());
    for (Expr item : sequence.items()) {
      items.add(evaluate(item, scope));
    }
    return sequence.tuple() ? new Tuple(items) : items;
  }

  private Object mapping(Expr.Mapping mapping, Scope scope) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < mapping.keys().size(); i++) {
      Object key = evaluate(mapping.keys().get(i), scope);
      Object value = evaluate(mapping.values().get(i), scope);
      rendering.moveTo(mapping.keys().get(i).at());
      map.put(Values.hashable(key), value);
    }
    return map;
  }
}
