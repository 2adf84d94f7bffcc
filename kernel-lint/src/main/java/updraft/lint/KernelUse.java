package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What a kernel does with its arguments, by their number, as its bytecode shows. */
public final class KernelUse {

  private final BitSet read = new BitSet();
  private final BitSet written = new BitSet();
  private boolean barriers;

  private KernelUse() {}

  /**
   * Looks into a static method and all that it calls.
   *
   * @param owner binary name of its class
   * @throws IllegalArgumentException if there is no such method
   */
  public static KernelUse of(ClassLoader loader, String owner, String name, String descriptor) {
    KernelClasses classes = KernelClasses.of(loader);
    KernelClasses.Method method = classes.method(owner.replace('.', '/'), name, descriptor);
    if (method == null) {
      throw new IllegalArgumentException(
          "a kernel's class file must be readable: kernel=" + owner + "." + name);
    }
    KernelUse use = new KernelUse();
    new MethodFlow(classes, use::visit)
        .follow(method, parameters(MethodTypeDesc.ofDescriptor(descriptor)));
    return use;
  }

  /** Whether it may read elements of that argument. */
  public boolean reads(int argument) {
    return read.get(argument);
  }

  /** Whether it may write elements of that argument. */
  public boolean writes(int argument) {
    return written.get(argument);
  }

  /** Whether its work-items may wait for each other. */
  public boolean hasBarriers() {
    return barriers;
  }

  static List<Value> parameters(MethodTypeDesc type) {
    List<Value> values = new ArrayList<>();
    for (int index = 0; index < type.parameterCount(); index++) {
      ClassDesc parameter = type.parameterType(index);
      values.add(
          parameter.descriptorString().equals("L" + Calls.CONTEXT + ";")
              ? Value.CONTEXT
              : Value.parameter(index, parameter.isPrimitive(), Calls.isWide(parameter)));
    }
    return values;
  }

  private void visit(MethodFlow.Site site, Instruction instruction, Frame before) {
    if (!(instruction instanceof InvokeInstruction call)) {
      return;
    }
    String name = call.name().stringValue();
    int arguments = Step.arguments(call);
    if (Calls.onContext(call)) {
      barriers |= name.endsWith("Barrier");
      if (name.equals("atomicAdd")) {
        mark(before.peek(arguments - 2), true, true);
      }
    } else if (Calls.onArray(call) && call.opcode() != Opcode.INVOKESTATIC) {
      boolean reads = Calls.readsArray(call);
      boolean writes = name.startsWith("set") || name.equals("init") || name.equals("clear");
      mark(before.peek(arguments - 1), reads, writes);
    } else if (!Calls.inlined(call) || call.opcode() != Opcode.INVOKESTATIC) {
      for (int depth = 0; depth < arguments; depth++) {
        mark(before.peek(depth), true, true);
      }
    }
  }

  private void mark(Value value, boolean reads, boolean writes) {
    if (value.origin() == Value.Origin.PARAMETER) {
      read.set(value.parameter(), reads || read.get(value.parameter()));
      written.set(value.parameter(), writes || written.get(value.parameter()));
    }
  }
}
