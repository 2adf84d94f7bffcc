package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import updraft.text.jinja.Expr.FilterCall;
import updraft.text.jinja.Stmt.Target;

/** Runs statements. */
final class Statements {
  /** How a body ended: at its end, or at a statement that leaves it. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Rendering rendering;
  private final Expressions expressions;

  Statements(Rendering rendering) {
    this.rendering = rendering;
    this.expressions = new Expressions(rendering);
  }

  void run(List<Stmt> template, Scope scope) {
    body(template, scope);
  }

  private Flow body(List<Stmt> body, Scope scope) {
    rendering.budget().enter();
    Flow flow = Flow.NEXT;
    for (int i = 0; flow == Flow.NEXT && i < body.size(); i++) {
      flow = statement(body.get(i), scope);
    }
    rendering.budget().leave();
    return flow;
  }

  private Flow statement(Stmt statement, Scope scope) {
    switch (statement) {
      case Stmt.Text text -> rendering.write(text.text());
      case Stmt.Output output ->
          rendering.write(Printer.str(expressions.evaluate(output.value(), scope), rendering));
      case Stmt.If branches -> {
        return conditional(branches, scope);
      }
      case Stmt.For loop -> {
        return loop(loop, scope);
      }
      case Stmt.Assign assign -> {
        Object value = expressions.evaluate(assign.value(), scope);
        rendering.moveTo(assign.at());
        bind(assign.target(), value, scope);
      }
      case Stmt.AssignBlock block -> assignBlock(block, scope);
      case Stmt.DefineMacro definition ->
          scope.set(definition.macro().name(), macro(definition.macro(), scope));
      case Stmt.CallBlock block -> callBlock(block, scope);
      case Stmt.FilterBlock block ->
          rendering.write(Printer.str(filtered(block.body(), block.filters(), scope), rendering));
      case Stmt.With with -> {
        return with(with, scope);
      }
      case Stmt.Break leave -> {
        return Flow.BREAK;
      }
      case Stmt.Continue next -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private Flow conditional(Stmt.If conditional, Scope scope) {
    for (Stmt.Branch branch : conditional.branches()) {
      if (expressions.isTrue(branch.condition(), scope)) {
        return body(branch.body(), scope);
      }
    }
    return body(conditional.otherwise(), scope);
  }

  private Flow loop(Stmt.For loop, Scope scope) {
    Object source = expressions.evaluate(loop.source(), scope);
    rendering.moveTo(loop.at());
    List<Object> items = selected(loop, Values.items(source, rendering), scope);
    if (items.isEmpty()) {
      return body(loop.otherwise(), scope.inner());
    }
    Loop state = new Loop(items);
    for (int i = 0; i < items.size(); i++) {
      state.moveTo(i);
      Scope inner = scope.inner();
      inner.set("loop", state);
      rendering.moveTo(loop.at());
      bind(loop.target(), items.get(i), inner);
      if (body(loop.body(), inner) == Flow.BREAK) {
        break;
      }
    }
    return Flow.NEXT;
  }

  /** The items that meet the loop's condition; a copy, since its body may change the list. */
  private List<Object> selected(Stmt.For loop, List<Object> items, Scope scope) {
    Expr condition = loop.condition();
    if (condition == null) {
      return new ArrayList<>(items);
    }
    List<Object> selected = new ArrayList<>();
    for (Object item : items) {
      Scope inner = scope.inner();
      bind(loop.target(), item, inner);
      if (expressions.isTrue(condition, inner)) {
        selected.add(item);
      }
    }
    return selected;
  }

  private void assignBlock(Stmt.AssignBlock block, Scope scope) {
    Object value = filtered(block.body(), block.filters(), scope);
    rendering.moveTo(block.at());
    bind(block.target(), value, scope);
  }

  private Object filtered(List<Stmt> body, List<FilterCall> filters, Scope scope) {
    Scope inner = scope.inner();
    Object value = rendering.capture(() -> body(body, inner));
    for (FilterCall filter : filters) {
      value = expressions.filter(value, filter, inner);
    }
    return value;
  }

  private void callBlock(Stmt.CallBlock block, Scope scope) {
    Object value = expressions.call(block.call(), scope, macro(block.caller(), scope));
    rendering.write(Printer.str(value, rendering));
  }

  private Flow with(Stmt.With with, Scope scope) {
    Scope inner = scope.inner();
    for (int i = 0; i < with.targets().size(); i++) {
      Object value = expressions.evaluate(with.values().get(i), scope);
      rendering.moveTo(with.at());
      bind(with.targets().get(i), value, inner);
    }
    return body(with.body(), inner);
  }

  private void bind(Target target, Object value, Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.NamespaceField field -> {
        if (!(scope.find(field.namespace()) instanceof Namespace namespace)) {
          throw new Fault(
              "only fields of a namespace can be assigned: '%s.%s'"
                  .formatted(field.namespace(), field.field()));
        }
        namespace.fields().put(field.field(), value);
      }
      case Target.Unpacked unpacked -> {
        List<Object> items = Values.items(value, rendering);
        if (items.size() != unpacked.targets().size()) {
          throw new Fault(
              "the values to unpack must be as many as the names, "
                  + unpacked.targets().size()
                  + ": "
                  + items.size());
        }
        for (int i = 0; i < items.size(); i++) {
          bind(unpacked.targets().get(i), items.get(i), scope);
        }
      }
    }
  }

  /** The macro as a function that sees the variables around its definition. */
  private Callable macro(Stmt.Macro macro, Scope definedIn) {
    return (unused, arguments) -> {
      Scope scope = definedIn.inner();
      rendering.budget().enterCall();
      bindParameters(macro, arguments, scope);
      String text = rendering.capture(() -> body(macro.body(), scope));
      rendering.budget().leaveCall();
      return text;
    };
  }

  private void bindParameters(Stmt.Macro macro, Arguments arguments, Scope scope) {
    List<String> names = macro.parameters();
    int given = arguments.positional().size();
    if (given > names.size()) {
      throw new Fault(
          "macro '%s' takes at most %d values: %d".formatted(macro.name(), names.size(), given));
    }
    for (String name : arguments.named().keySet()) {
      boolean free = name.equals("caller") || names.indexOf(name) >= given;
      if (!free) {
        throw new Fault("macro '%s' takes no argument '%s' here".formatted(macro.name(), name));
      }
    }
    arguments.named().forEach(scope::set);
    int firstDefault = names.size() - macro.defaults().size();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (i < given) {
        scope.set(name, arguments.positional().get(i));
      } else if (!arguments.named().containsKey(name)) {
        scope.set(
            name,
            i >= firstDefault
                ? expressions.evaluate(macro.defaults().get(i - firstDefault), scope)
                : new Undefined("parameter '" + name + "' was not provided"));
      }
    }
  }
}
