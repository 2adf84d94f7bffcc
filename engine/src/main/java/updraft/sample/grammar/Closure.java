package updraft.sample.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that can be reached without a byte, for all stacks at once.
 *
 * <p>First from the places after a byte, through the ends of their rules back into the rules that
 * called them; then into the rules called there, callers before callees, so that a rule is entered
 * when all its ways back are known. A rule that may match nothing is also passed at its call, so
 * its end needs no attention when it has only just been entered. Calls that nothing follows reuse
 * their own rule's ways back: lists do not grow the stack.
 */
final class Closure {
  /** Places that a text may be in at once; real grammars have tens. */
  static final int MAX_PLACES = 2048;

  private final Program program;
  private final Frame.Builder[] callers;

  /** Ranks of rules that are called and not yet entered. */
  private final BitSet called = new BitSet();

  private final PairSet seen = new PairSet();
  private final IntStack stackPcs = new IntStack();
  private Frame[] stackFrames = new Frame[32];
  private int stackSize;

  private final Map<Key, Frame> frames = new HashMap<>();
  private int nextId = 1;

  /** The places found. */
  private int[] pcs = new int[32];

  private Frame[] at = new Frame[32];
  private int size;
  private boolean complete;

  Closure(Program program) {
    this.program = program;
    this.callers = new Frame.Builder[program.starts().length];
  }

  /** Places by their numbers, ascending; equal when the same text may follow. */
  @SuppressWarnings("ArrayRecordComponent") // never changed, and compared by content
  record Key(long[] pairs) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key(long[] others) && Arrays.equals(pairs, others);
    }

    @Override
    public int hashCode() {
      int hash = Arrays.hashCode(pairs);
      return hash ^ hash >>> 15;
    }
  }

  /** Begins with no place. */
  void start() {
    seen.clear();
    called.clear(); // what a failure may have left
    stackPcs.clear();
    stackSize = 0;
    size = 0;
    complete = false;
  }

  /** Adds a place to begin from. */
  void seed(int pc, Frame frame) {
    push(pc, frame);
  }

  /** Finds all places that take a byte. */
  void run() {
    walk(null);
    for (int rank = called.nextSetBit(0); rank >= 0; rank = called.nextSetBit(rank)) {
      called.clear(rank);
      int rule = program.order()[rank];
      Frame frame = intern(callers[rule]);
      push(program.starts()[rule], frame);
      walk(frame);
    }
  }

  /**
   * @param entered the frame of a rule that has just been entered, whose end is passed over
   */
  private void walk(@Nullable Frame entered) {
    while (stackSize > 0) {
      int pc = stackPcs.pop();
      Frame frame = stackFrames[--stackSize];
      if (!program.live()[pc] || !seen.add(Frame.pair(pc, frame))) {
        continue;
      }
      switch (program.ops()[pc]) {
        case Program.BYTES -> found(pc, frame);
        case Program.JUMP -> push(program.first()[pc], frame);
        case Program.SPLIT -> {
          push(program.first()[pc], frame);
          push(program.second()[pc], frame);
        }
        case Program.CALL -> call(pc, frame);
        case Program.RETURN -> {
          for (int i = 0; frame != entered && i < frame.returns.length; i++) {
            push(frame.returns[i], frame.parents[i]);
          }
        }
        default -> complete = true;
      }
    }
  }

  private void call(int pc, Frame frame) {
    int rule = program.first()[pc];
    Frame.Builder builder = callers[rule];
    if (builder == null) {
      builder = new Frame.Builder();
      callers[rule] = builder;
    }
    int rank = program.rank()[rule];
    if (!called.get(rank)) {
      called.set(rank);
      builder.clear();
    }
    if (program.returnsAfter(pc)) {
      for (int i = 0; i < frame.returns.length; i++) {
        builder.add(frame.returns[i], frame.parents[i]);
      }
    } else {
      builder.add(pc + 1, frame);
    }
    bound(builder.size());
    if (program.nullable()[rule]) {
      push(pc + 1, frame);
    }
  }

  private Frame intern(Frame.Builder builder) {
    Key key = new Key(builder.key());
    Frame known = frames.get(key);
    if (known == null) {
      known = builder.build(nextId++);
      frames.put(key, known);
    }
    return known;
  }

  private void push(int pc, Frame frame) {
    stackPcs.push(pc);
    if (stackSize == stackFrames.length) {
      stackFrames = Arrays.copyOf(stackFrames, 2 * stackSize);
    }
    stackFrames[stackSize++] = frame;
  }

  private void found(int pc, Frame frame) {
    bound(size);
    if (size == pcs.length) {
      pcs = Arrays.copyOf(pcs, 2 * size);
      at = Arrays.copyOf(at, 2 * size);
    }
    pcs[size] = pc;
    at[size++] = frame;
  }

  private static void bound(int places) {
    if (places == MAX_PLACES) {
      throw new GrammarException(
          "a grammar must be less ambiguous: a text may stand in more than "
              + MAX_PLACES
              + " places of it");
    }
  }

  int size() {
    return size;
  }

  boolean complete() {
    return complete;
  }

  /** What tells these places from others; whether the text may end is told by them too. */
  Key key() {
    long[] pairs = new long[size + 1];
    for (int i = 0; i < size; i++) {
      pairs[i] = Frame.pair(pcs[i], at[i]);
    }
    pairs[size] = complete ? Long.MAX_VALUE : Long.MAX_VALUE - 1;
    Arrays.sort(pairs);
    return new Key(pairs);
  }

  GrammarState state() {
    return new GrammarState(Arrays.copyOf(pcs, size), Arrays.copyOf(at, size), complete);
  }

  /** Frees what only old states know. */
  void forget() {
    frames.clear();
  }
}
