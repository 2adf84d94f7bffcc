package updraft.sample.grammar;

/**
 * A grammar as instructions of a machine that reads bytes and has a stack to return to: an
 * automaton a rule. Immutable.
 *
 * @param ops by instruction: one of the kinds below
 * @param first what follows it: the operand of its kind
 * @param second the other way on, of {@link #SPLIT}
 * @param sets by number: 256 bits in four longs, the bytes that {@link #BYTES} lets through
 * @param starts by rule: its first instruction; rule 0 is the root
 * @param live by instruction: whether a return can be reached from it; others are never taken, so
 *     whatever is let through can be completed
 * @param nullable by rule: whether it may match nothing
 * @param order rules such that one comes before those it may begin with
 * @param rank by rule: its place in that order
 */
@SuppressWarnings("ArrayRecordComponent") // never changed after compilation
record Program(
    byte[] ops,
    int[] first,
    int[] second,
    long[][] sets,
    int[] starts,
    boolean[] live,
    boolean[] nullable,
    int[] order,
    int[] rank) {
  /** The grammar is complete here. The first instruction, and the only one of its kind. */
  static final byte ACCEPT = 0;

  /** Takes a byte of the set {@code first}, then goes to the next instruction. */
  static final byte BYTES = 1;

  /** Goes to {@code first} and to {@code second}. */
  static final byte SPLIT = 2;

  /** Goes to {@code first}. */
  static final byte JUMP = 3;

  /** Enters the rule {@code first}, to return to the next instruction. */
  static final byte CALL = 4;

  /** Leaves a rule. */
  static final byte RETURN = 5;

  boolean takes(int pc, int value) {
    return (sets[first[pc]][value >>> 6] >>> value & 1) != 0;
  }

  /** Whether nothing but a return follows an instruction. */
  boolean returnsAfter(int pc) {
    int next = pc + 1;
    while (ops[next] == JUMP) {
      next = first[next];
    }
    return ops[next] == RETURN;
  }
}
