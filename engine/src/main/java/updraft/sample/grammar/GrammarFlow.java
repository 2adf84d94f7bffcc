package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** What can be reached from where in a program; each question in time linear in its size. */
final class GrammarFlow {
  private final byte[] ops;
  private final int[] first;
  private final int[] second;
  private final int[] starts;

  /** By instruction: those that go to it, or go on at it after a call. */
  private final int[][] before;

  /** By rule: its calls. */
  private final List<List<Integer>> calls = new ArrayList<>();

  GrammarFlow(byte[] ops, int[] first, int[] second, int[] starts) {
    this.ops = ops;
    this.first = first;
    this.second = second;
    this.starts = starts;
    this.before = predecessors();
  }

  private int[][] predecessors() {
    for (int rule = 0; rule < starts.length; rule++) {
      calls.add(new ArrayList<>());
    }
    int[] counts = new int[ops.length];
    int[][] lists = new int[ops.length][2];
    for (int pc = 0; pc < ops.length; pc++) {
      switch (ops[pc]) {
        case Program.BYTES -> add(lists, counts, pc + 1, pc);
        case Program.JUMP -> add(lists, counts, first[pc], pc);
        case Program.SPLIT -> {
          add(lists, counts, first[pc], pc);
          add(lists, counts, second[pc], pc);
        }
        case Program.CALL -> {
          add(lists, counts, pc + 1, pc);
          calls.get(first[pc]).add(pc);
        }
        default -> {}
      }
    }
    for (int pc = 0; pc < ops.length; pc++) {
      lists[pc] = Arrays.copyOf(lists[pc], counts[pc]);
    }
    return lists;
  }

  private static void add(int[][] lists, int[] counts, int to, int from) {
    if (counts[to] == lists[to].length) {
      lists[to] = Arrays.copyOf(lists[to], 2 * counts[to]);
    }
    lists[to][counts[to]++] = from;
  }

  /**
   * By instruction: whether its rule can be left from it.
   *
   * @param throughBytes whether bytes may be taken on the way
   */
  boolean[] reachReturn(boolean throughBytes) {
    boolean[] reaches = new boolean[ops.length];
    boolean[] leaves = new boolean[starts.length];
    int[] ruleOf = new int[ops.length];
    Arrays.fill(ruleOf, -1);
    for (int rule = 0; rule < starts.length; rule++) {
      ruleOf[starts[rule]] = rule;
    }
    int[] stack = new int[ops.length];
    int depth = 0;
    for (int pc = 0; pc < ops.length; pc++) {
      if (ops[pc] == Program.RETURN || ops[pc] == Program.ACCEPT) {
        reaches[pc] = true;
        stack[depth++] = pc;
      }
    }
    while (depth > 0) {
      int pc = stack[--depth];
      for (int from : before[pc]) {
        if (!reaches[from] && passes(from, throughBytes, leaves)) {
          reaches[from] = true;
          stack[depth++] = from;
        }
      }
      int rule = ruleOf[pc];
      if (rule >= 0) {
        leaves[rule] = true;
        for (int call : calls.get(rule)) {
          if (!reaches[call] && reaches[call + 1]) {
            reaches[call] = true;
            stack[depth++] = call;
          }
        }
      }
    }
    return reaches;
  }

  private boolean passes(int pc, boolean throughBytes, boolean[] leaves) {
    return switch (ops[pc]) {
      case Program.BYTES -> throughBytes;
      case Program.CALL -> leaves[first[pc]];
      default -> true;
    };
  }

  /**
   * Rules such that one comes before those it may begin with. A rule that may begin with itself
   * stands as its complement (~rule).
   */
  int[] order(boolean[] nullable, boolean[] live) {
    int[][] begins = new int[starts.length][];
    for (int rule = 0; rule < starts.length; rule++) {
      begins[rule] = beginsOf(rule, nullable, live);
    }
    // depth first without recursion: rules are left in the reverse of the order wanted
    int[] order = new int[starts.length];
    int next = starts.length;
    byte[] colour = new byte[starts.length]; // 1 on the path, 2 done
    int[] path = new int[starts.length];
    int[] child = new int[starts.length];
    for (int rule = 0; rule < starts.length; rule++) {
      int depth = 0;
      if (colour[rule] == 0) {
        path[depth++] = rule;
        colour[rule] = 1;
      }
      while (depth > 0) {
        int current = path[depth - 1];
        if (child[current] == begins[current].length) {
          colour[current] = 2;
          order[--next] = current;
          depth--;
          continue;
        }
        int callee = begins[current][child[current]++];
        if (colour[callee] == 1) {
          Arrays.fill(order, ~callee);
          return order;
        }
        if (colour[callee] == 0) {
          colour[callee] = 1;
          path[depth++] = callee;
        }
      }
    }
    return order;
  }

  /** The rules that may be entered before a byte is taken. */
  private int[] beginsOf(int rule, boolean[] nullable, boolean[] live) {
    BitSet seen = new BitSet();
    BitSet begins = new BitSet();
    IntStack stack = new IntStack();
    stack.push(starts[rule]);
    while (!stack.isEmpty()) {
      int pc = stack.pop();
      if (seen.get(pc) || !live[pc]) {
        continue;
      }
      seen.set(pc);
      switch (ops[pc]) {
        case Program.JUMP -> stack.push(first[pc]);
        case Program.SPLIT -> {
          stack.push(second[pc]);
          stack.push(first[pc]);
        }
        case Program.CALL -> {
          begins.set(first[pc]);
          if (nullable[first[pc]]) {
            stack.push(pc + 1);
          }
        }
        default -> {}
      }
    }
    return begins.stream().toArray();
  }
}
