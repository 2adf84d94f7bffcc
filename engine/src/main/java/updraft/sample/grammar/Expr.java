package updraft.sample.grammar;

import java.util.List;

/** What a rule of a grammar may consist of. */
sealed interface Expr {
  Expr EMPTY = new Sequence(List.of());

  /** One of some characters. */
  record Chars(CodePoints set) implements Expr {}

  /** Bytes as they stand. */
  record Text(String bytes) implements Expr {} // one char a byte

  record Sequence(List<Expr> parts) implements Expr {}

  record Choice(List<Expr> alternatives) implements Expr {}

  /**
   * A part again and again.
   *
   * @param max {@link #UNBOUNDED} or at least {@code min}
   */
  record Repeat(Expr part, int min, int max) implements Expr {
    static final int UNBOUNDED = -1;
  }

  /** Another rule, or this one. */
  record Ref(String rule) implements Expr {}
}
