package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Follows a kernel along all paths, into the methods it calls with what is known of their
 * arguments, until nothing new is learnt; then shows each instruction with the frame before it.
 */
final class MethodFlow {

  /** Sees each reachable instruction, once for each way in which its method is called. */
  @FunctionalInterface
  interface Visitor {
    void visit(Site site, Instruction instruction, Frame before);
  }

  /** Where an instruction stands: index among {@code code}, and the source line. */
  record Site(KernelClasses.Method method, MethodCode code, int index, int line) {}

  private record Call(String owner, String name, String descriptor, List<Value> arguments) {}

  private final KernelClasses classes;
  private final Visitor visitor;
  private final Map<Call, @Nullable Value> results = new HashMap<>();

  MethodFlow(KernelClasses classes, Visitor visitor) {
    this.classes = classes;
    this.visitor = visitor;
  }

  /** Follows one method; its result, or null for void. */
  @Nullable Value follow(KernelClasses.Method method, List<Value> arguments) {
    Call call = new Call(method.owner(), method.name(), method.descriptor(), arguments);
    if (results.containsKey(call)) {
      return results.get(call);
    }
    results.put(call, Value.UNKNOWN); // for recursion, which no back end takes
    MethodCode code = MethodCode.of(method.model());
    Map<Integer, Frame> frames = new HashMap<>();
    Deque<Integer> todo = new ArrayDeque<>();
    Frame entry = entry(arguments);
    frames.put(0, entry);
    todo.add(0);
    Value result = null;
    while (!todo.isEmpty()) {
      int index = todo.remove();
      Frame frame = Objects.requireNonNull(frames.get(index)).copy();
      Instruction instruction = code.instructions().get(index);
      if (instruction instanceof ReturnInstruction end && end.opcode() != Opcode.RETURN) {
        Value returned = frame.peek(0);
        result = result == null ? returned : result.or(returned);
      }
      apply(instruction, frame);
      for (int next : code.successors(index)) {
        Frame known = frames.get(next);
        if (known == null) {
          frames.put(next, frame.copy());
          todo.add(next);
        } else if (known.merge(frame)) {
          todo.add(next);
        }
      }
    }
    results.put(call, result);
    for (int index = 0; index < code.instructions().size(); index++) {
      Frame before = frames.get(index);
      if (before != null) {
        visitor.visit(
            new Site(method, code, index, code.lines().get(index)),
            code.instructions().get(index),
            before);
      }
    }
    return result;
  }

  private void apply(Instruction instruction, Frame frame) {
    if (instruction instanceof InvokeInstruction call
        && call.opcode() == Opcode.INVOKESTATIC
        && Calls.inlined(call)) {
      KernelClasses.Method callee =
          classes.method(
              call.owner().asInternalName(), call.name().stringValue(), call.type().stringValue());
      if (callee != null) {
        Value result = follow(callee, frame.pop(Step.arguments(call)));
        String type = call.typeSymbol().returnType().descriptorString();
        if (!type.equals("V")) {
          frame.push(result == null ? Value.UNKNOWN.asWide(isWide(type)) : result);
        }
        return;
      }
    }
    Step.apply(instruction, frame);
  }

  private static boolean isWide(String descriptor) {
    return descriptor.equals("J") || descriptor.equals("D");
  }

  private static Frame entry(List<Value> arguments) {
    Frame frame = new Frame();
    int slot = 0;
    for (Value argument : arguments) {
      frame.store(slot, argument);
      slot += argument.wide() ? 2 : 1;
    }
    return frame;
  }
}
