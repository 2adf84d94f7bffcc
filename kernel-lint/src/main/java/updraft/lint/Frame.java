package updraft.lint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Variables and operand stack at one instruction. */
final class Frame {

  private final Map<Integer, Value> variables = new HashMap<>();
  private final List<Value> stack = new ArrayList<>();

  Frame copy() {
    Frame copy = new Frame();
    copy.variables.putAll(variables);
    copy.stack.addAll(stack);
    return copy;
  }

  Value variable(int slot) {
    return variables.getOrDefault(slot, Value.UNKNOWN);
  }

  void store(int slot, Value value) {
    variables.put(slot, value.stored());
  }

  void push(Value value) {
    stack.add(value);
  }

  Value pop() {
    return stack.removeLast();
  }

  List<Value> pop(int count) {
    List<Value> top = stack.subList(stack.size() - count, stack.size());
    List<Value> popped = List.copyOf(top);
    top.clear();
    return popped;
  }

  /** The value {@code depth} below the top. */
  Value peek(int depth) {
    return stack.get(stack.size() - 1 - depth);
  }

  /** Inserts below the top {@code depth} values. */
  void insert(int depth, Value value) {
    stack.add(stack.size() - depth, value);
  }

  /** Takes in another way to get here; true if that changes anything. */
  boolean merge(Frame other) {
    boolean changed = false;
    for (Map.Entry<Integer, Value> entry : variables.entrySet()) {
      Value merged = entry.getValue().or(other.variable(entry.getKey()));
      changed |= !merged.equals(entry.getValue());
      entry.setValue(merged);
    }
    for (int index = 0; index < stack.size(); index++) {
      Value merged = stack.get(index).or(other.stack.get(index));
      changed |= !merged.equals(stack.get(index));
      stack.set(index, merged);
    }
    return changed;
  }
}
