package updraft.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.text.jinja.Expr.FilterCall;

/** A statement of a template; {@code at} is its offset there. */
sealed interface Stmt {
  record Text(String text) implements Stmt {}

  record Output(Expr value) implements Stmt {}

  record If(List<Branch> branches, List<Stmt> otherwise) implements Stmt {}

  record Branch(Expr condition, List<Stmt> body) {}

  record For(
      int at,
      Target target,
      Expr source,
      @Nullable Expr condition,
      List<Stmt> body,
      List<Stmt> otherwise)
      implements Stmt {}

  record Assign(int at, Target target, Expr value) implements Stmt {}

  record AssignBlock(int at, Target target, List<FilterCall> filters, List<Stmt> body)
      implements Stmt {}

  record DefineMacro(Macro macro) implements Stmt {}

  record CallBlock(int at, Expr.Call call, Macro caller) implements Stmt {}

  record FilterBlock(List<FilterCall> filters, List<Stmt> body) implements Stmt {}

  record With(int at, List<Target> targets, List<Expr> values, List<Stmt> body) implements Stmt {}

  record Break() implements Stmt {}

  record Continue() implements Stmt {}

  /** {@code defaults} belong to the last parameters. */
  record Macro(String name, List<String> parameters, List<Expr> defaults, List<Stmt> body) {}

  /** What an assignment or a loop binds. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record NamespaceField(String namespace, String field) implements Target {}

    record Unpacked(List<Target> targets) implements Target {}
  }
}
