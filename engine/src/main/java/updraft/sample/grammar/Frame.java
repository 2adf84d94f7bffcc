package updraft.sample.grammar;

import java.util.Arrays;

/**
 * Where a rule may return to: a node of a graph-structured stack (Tomita 1985), which holds all
 * stacks of a place in the text at once. Frames with the same ways back are the same object.
 */
final class Frame {
  /** Below every stack. */
  static final Frame BOTTOM = new Frame(-1, new int[0], new Frame[0]);

  /** That of the root rule: the grammar is complete when it returns. */
  static final Frame ROOT = new Frame(0, new int[] {0}, new Frame[] {BOTTOM});

  /** Never used twice by an automaton. */
  final int id;

  /** By way back: the instruction to go on with, and the frame of the rule that it is in. */
  final int[] returns;

  final Frame[] parents;

  Frame(int id, int[] returns, Frame[] parents) {
    this.id = id;
    this.returns = returns;
    this.parents = parents;
  }

  /** Ways back under construction. */
  static final class Builder {
    private int[] returns = new int[4];
    private Frame[] parents = new Frame[4];
    private int size;

    void clear() {
      size = 0;
    }

    int size() {
      return size;
    }

    void add(int returnTo, Frame parent) {
      for (int i = 0; i < size; i++) {
        if (returns[i] == returnTo && parents[i] == parent) {
          return;
        }
      }
      if (size == returns.length) {
        returns = Arrays.copyOf(returns, 2 * size);
        parents = Arrays.copyOf(parents, 2 * size);
      }
      returns[size] = returnTo;
      parents[size++] = parent;
    }

    /** What tells these ways back from others: (instruction, parent's id), ascending. */
    long[] key() {
      long[] key = new long[size];
      for (int i = 0; i < size; i++) {
        key[i] = pair(returns[i], parents[i]);
      }
      Arrays.sort(key);
      return key;
    }

    Frame build(int id) {
      return new Frame(id, Arrays.copyOf(returns, size), Arrays.copyOf(parents, size));
    }
  }

  /** An instruction of a rule, and the frame that the rule returns to, as one number. */
  static long pair(int pc, Frame frame) {
    return (long) pc << 32 | (frame.id & 0xFFFFFFFFL);
  }
}
