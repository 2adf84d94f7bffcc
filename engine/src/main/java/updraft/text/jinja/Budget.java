package updraft.text.jinja;

/**
 * What one rendering may use. Templates come inside model files, so a hostile one must end in an
 * error, not in an overflowing stack, an endless loop or a full heap: every evaluated node, and
 * every character and element that an operation reads or makes, is paid for here before it happens.
 */
final class Budget {
  /** A level takes up to a kilobyte of stack; threads have half a megabyte at least. */
  static final int MAX_DEPTH = 300;

  /** In characters and nodes; a prompt of a million characters needs a tenth of it. */
  static final long MAX_WORK = 1L << 26;

  /** In UTF-16 units. */
  static final int MAX_OUTPUT = 1 << 24;

  /** What an element of a list or map, or an evaluated node, counts for. */
  private static final int ELEMENT = 4;

  /** What a call of a macro counts for in depth. */
  private static final int CALL = 3;

  private long work;
  private int depth;

  void spend(long units) {
    work += units;
    if (work > MAX_WORK) {
      throw new Fault("a chat template must not do more than " + MAX_WORK + " steps of work");
    }
  }

  void spendElements(long count) {
    spend(ELEMENT * Math.min(count, MAX_WORK));
  }

  void enter() {
    spend(ELEMENT);
    if (++depth > MAX_DEPTH) {
      throw new Fault("nesting and recursion must be at most " + MAX_DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }

  /** A call of a macro takes more of the stack than the levels inside it count for. */
  void enterCall() {
    enter();
    depth += CALL - 1;
  }

  void leaveCall() {
    depth -= CALL;
  }
}
