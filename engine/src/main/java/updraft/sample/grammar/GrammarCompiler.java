package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import updraft.request.InvalidRequestException;

/** Turns rules into a {@link Program}, within bounds whatever the counts in the text say. */
final class GrammarCompiler {
  static final int MAX_OPS = 1 << 16;

  /** Parts to visit; more than instructions, since an empty part makes none. */
  private static final int MAX_WORK = 1 << 20;

  private final Map<String, Expr> rules;
  private final Map<String, Integer> numbers = new HashMap<>();
  private byte[] ops = new byte[64];
  private int[] first = new int[64];
  private int[] second = new int[64];
  private int size;
  private int work;
  private final Map<List<Long>, Integer> setNumbers = new HashMap<>();
  private final List<long[]> sets = new ArrayList<>();

  private GrammarCompiler(Map<String, Expr> rules) {
    this.rules = rules;
  }

  /**
   * @throws InvalidRequestException if the grammar is too large, matches nothing or is
   *     left-recursive
   */
  static Program compile(Map<String, Expr> rules) {
    return new GrammarCompiler(rules).program();
  }

  private Program program() {
    numbers.put("root", 0);
    for (String name : rules.keySet()) {
      numbers.putIfAbsent(name, numbers.size());
    }
    int[] starts = new int[numbers.size()];
    emit(Program.ACCEPT, 0, 0);
    for (Map.Entry<String, Expr> rule : rules.entrySet()) {
      starts[Objects.requireNonNull(numbers.get(rule.getKey()))] = size;
      compile(rule.getValue());
      emit(Program.RETURN, 0, 0);
    }
    byte[] allOps = Arrays.copyOf(ops, size);
    int[] firsts = Arrays.copyOf(first, size);
    int[] seconds = Arrays.copyOf(second, size);
    GrammarFlow flow = new GrammarFlow(allOps, firsts, seconds, starts);
    boolean[] live = flow.reachReturn(true);
    if (!live[starts[0]]) {
      throw refused("a grammar must match some text, this one matches none");
    }
    boolean[] empty = flow.reachReturn(false);
    boolean[] nullable = new boolean[starts.length];
    for (int rule = 0; rule < starts.length; rule++) {
      nullable[rule] = empty[starts[rule]];
    }
    int[] order = flow.order(nullable, live);
    int[] rank = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      if (order[i] < 0) {
        int rule = ~order[i];
        throw refused("a rule must not begin with itself: rule=" + nameOf(rule));
      }
      rank[order[i]] = i;
    }
    return new Program(
        allOps, firsts, seconds, sets.toArray(long[][]::new), starts, live, nullable, order, rank);
  }

  private String nameOf(int rule) {
    return numbers.entrySet().stream()
        .filter(entry -> entry.getValue() == rule)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  private void compile(Expr expr) {
    if (++work > MAX_WORK) {
      throw tooLarge();
    }
    switch (expr) {
      case Expr.Chars chars -> chars(chars.set());
      case Expr.Text text -> text.bytes().chars().forEach(this::oneByte);
      case Expr.Sequence sequence -> sequence.parts().forEach(this::compile);
      case Expr.Choice choice -> choice(choice.alternatives());
      case Expr.Repeat repeat -> repeat(repeat);
      case Expr.Ref ref -> {
        Integer rule = numbers.get(ref.rule());
        if (rule == null) {
          throw refused("a rule that is named must be defined: rule=" + ref.rule());
        }
        emit(Program.CALL, rule, 0);
      }
    }
  }

  private void chars(CodePoints characters) {
    // bytes of characters that are one byte long are one set
    long[] single = new long[4];
    List<int[]> longer = new ArrayList<>();
    for (int[] bytes : Utf8Ranges.of(characters)) {
      if (bytes.length == 2) {
        addRange(single, bytes[0], bytes[1]);
      } else {
        longer.add(bytes);
      }
    }
    List<Runnable> alternatives = new ArrayList<>();
    if ((single[0] | single[1]) != 0 || longer.isEmpty()) {
      alternatives.add(() -> oneOf(single));
    }
    for (int[] bytes : longer) {
      alternatives.add(
          () -> {
            for (int i = 0; i < bytes.length; i += 2) {
              long[] set = new long[4];
              addRange(set, bytes[i], bytes[i + 1]);
              oneOf(set);
            }
          });
    }
    alternatives(alternatives);
  }

  private static void addRange(long[] set, int low, int high) {
    for (int value = low; value <= high; value++) {
      set[value >>> 6] |= 1L << value;
    }
  }

  private void oneByte(int value) {
    long[] set = new long[4];
    addRange(set, value, value);
    oneOf(set);
  }

  private void oneOf(long[] set) {
    if ((set[0] | set[1] | set[2] | set[3]) == 0) {
      emit(Program.JUMP, size, 0); // leads nowhere
      return;
    }
    List<Long> key = List.of(set[0], set[1], set[2], set[3]);
    Integer known = setNumbers.get(key);
    int number = known == null ? sets.size() : known;
    if (known == null) {
      setNumbers.put(key, number);
      sets.add(set);
    }
    emit(Program.BYTES, number, 0);
  }

  private void choice(List<Expr> alternatives) {
    List<Runnable> emitters = new ArrayList<>(alternatives.size());
    for (Expr alternative : alternatives) {
      emitters.add(() -> compile(alternative));
    }
    alternatives(emitters);
  }

  /** split, A, jump to the end; split, B, jump to the end; …; Z. */
  private void alternatives(List<Runnable> emitters) {
    List<Integer> jumps = new ArrayList<>();
    for (int i = 0; i < emitters.size() - 1; i++) {
      int split = emit(Program.SPLIT, size + 1, 0);
      emitters.get(i).run();
      jumps.add(emit(Program.JUMP, 0, 0));
      second[split] = size;
    }
    emitters.getLast().run();
    for (int jump : jumps) {
      first[jump] = size;
    }
  }

  private void repeat(Expr.Repeat repeat) {
    for (int i = 0; i < repeat.min(); i++) {
      compile(repeat.part());
    }
    if (repeat.max() == Expr.Repeat.UNBOUNDED) {
      int split = emit(Program.SPLIT, size + 1, 0);
      compile(repeat.part());
      emit(Program.JUMP, split, 0);
      second[split] = size;
      return;
    }
    List<Integer> splits = new ArrayList<>();
    for (int i = repeat.min(); i < repeat.max(); i++) {
      splits.add(emit(Program.SPLIT, size + 1, 0));
      compile(repeat.part());
    }
    for (int split : splits) {
      second[split] = size;
    }
  }

  private int emit(byte op, int operand, int other) {
    if (size == MAX_OPS) {
      throw tooLarge();
    }
    if (size == ops.length) {
      ops = Arrays.copyOf(ops, 2 * size);
      first = Arrays.copyOf(first, 2 * size);
      second = Arrays.copyOf(second, 2 * size);
    }
    ops[size] = op;
    first[size] = operand;
    second[size] = other;
    return size++;
  }

  private static InvalidRequestException tooLarge() {
    return refused(
        "a grammar must have at most "
            + MAX_OPS
            + " parts, repetitions counted as often as they repeat");
  }

  private static InvalidRequestException refused(String message) {
    return new InvalidRequestException("grammar", message);
  }
}
