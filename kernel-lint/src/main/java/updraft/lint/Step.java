package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.List;

/** The effect of one instruction on a frame, calls of other kernel code aside. */
final class Step {

  private Step() {}

  static void apply(Instruction instruction, Frame frame) {
    switch (instruction) {
      case LoadInstruction load -> frame.push(frame.variable(load.slot()));
      case StoreInstruction store -> frame.store(store.slot(), frame.pop());
      case IncrementInstruction add -> increment(add, frame);
      case ConstantInstruction constant -> frame.push(constant(constant));
      case ArrayLoadInstruction load -> {
        frame.pop(2);
        Value read = Value.READ.asWide(wide(load.typeKind()));
        frame.push(load.typeKind() == TypeKind.INT ? read.signed(Value.Sign.INDEX) : read);
      }
      case ArrayStoreInstruction store -> frame.pop(3);
      case StackInstruction stack -> shuffle(stack.opcode(), frame);
      case OperatorInstruction operator -> operate(operator, frame);
      case ConvertInstruction convert -> {
        Value value = frame.pop();
        frame.push(value.signed(sign(convert, value)).asWide(wide(convert.toType())));
      }
      case BranchInstruction branch -> frame.pop(operands(branch.opcode()));
      case TableSwitchInstruction table -> frame.pop();
      case LookupSwitchInstruction lookup -> frame.pop();
      case ReturnInstruction end -> {}
      case ThrowInstruction end -> frame.pop();
      case MonitorInstruction monitor -> frame.pop();
      case FieldInstruction field -> field(field, frame);
      case InvokeInstruction call -> call(call, frame);
      case InvokeDynamicInstruction call -> {
        frame.pop(call.typeSymbol().parameterCount());
        frame.push(Value.UNKNOWN.asWide(Calls.isWide(call.typeSymbol().returnType())));
      }
      case NewObjectInstruction made -> frame.push(Value.UNKNOWN);
      case NewPrimitiveArrayInstruction made -> replace(frame, 1, Value.PRIVATE_ARRAY);
      case NewReferenceArrayInstruction made -> replace(frame, 1, Value.PRIVATE_ARRAY);
      case NewMultiArrayInstruction made -> replace(frame, made.dimensions(), Value.PRIVATE_ARRAY);
      case TypeCheckInstruction check -> {
        if (check.opcode() == Opcode.INSTANCEOF) {
          replace(frame, 1, Value.NON_NEGATIVE);
        }
      }
      default -> {}
    }
  }

  /** How many values a branch compares. */
  static int operands(Opcode branch) {
    return switch (branch) {
      case GOTO, GOTO_W -> 0;
      case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE, IF_ACMPEQ, IF_ACMPNE ->
          2;
      default -> 1;
    };
  }

  /** Receiver, if any, and arguments. */
  static int arguments(InvokeInstruction call) {
    return call.typeSymbol().parameterCount() + (call.opcode() == Opcode.INVOKESTATIC ? 0 : 1);
  }

  private static void call(InvokeInstruction call, Frame frame) {
    List<Value> arguments = frame.pop(arguments(call));
    Value result = Calls.result(call, arguments);
    if (result != null) {
      frame.push(result);
    }
  }

  private static void increment(IncrementInstruction add, Frame frame) {
    Value sum =
        Arithmetic.result(Opcode.IADD, frame.variable(add.slot()), Value.constant(add.constant()));
    frame.store(add.slot(), sum);
  }

  private static Value constant(ConstantInstruction constant) {
    return switch (constant.typeKind()) {
      case INT -> Value.constant((Integer) constant.constantValue());
      case LONG, DOUBLE -> Value.WIDE;
      default -> Value.UNKNOWN;
    };
  }

  private static void operate(OperatorInstruction operator, Frame frame) {
    Opcode opcode = operator.opcode();
    switch (opcode) {
      case INEG, FNEG, LNEG, DNEG -> frame.push(frame.pop().signed(Value.Sign.ANY));
      case ARRAYLENGTH -> replace(frame, 1, Value.NON_NEGATIVE);
      default -> {
        Value b = frame.pop();
        Value a = frame.pop();
        Value result = Arithmetic.result(opcode, a, b);
        boolean compares =
            switch (opcode) {
              case LCMP, FCMPL, FCMPG, DCMPL, DCMPG -> true;
              default -> false;
            };
        frame.push(
            compares
                ? result.asWide(false)
                : result.constant() != null ? result : result.asWide(a.wide()));
      }
    }
  }

  private static void field(FieldInstruction field, Frame frame) {
    boolean wide = Calls.isWide(field.typeSymbol());
    switch (field.opcode()) {
      case GETSTATIC -> frame.push(Value.UNKNOWN.asWide(wide));
      case PUTSTATIC -> frame.pop();
      case PUTFIELD -> frame.pop(2);
      default -> {
        frame.pop();
        boolean id = field.owner().asInternalName().equals(Calls.CONTEXT);
        boolean size = id && field.name().stringValue().contains("GroupSize");
        Value.Sign sign = id ? Value.Sign.NON_NEGATIVE : Value.Sign.ANY;
        frame.push(new Value(Value.Origin.OTHER, -1, sign, false, size, null, wide));
      }
    }
  }

  private static void shuffle(Opcode opcode, Frame frame) {
    Value top = frame.peek(0);
    switch (opcode) {
      case POP -> frame.pop();
      case POP2 -> frame.pop(top.wide() ? 1 : 2);
      case SWAP -> {
        frame.pop();
        frame.insert(1, top);
      }
      case DUP -> frame.push(top);
      case DUP_X1 -> frame.insert(2, top);
      case DUP_X2 -> frame.insert(frame.peek(1).wide() ? 2 : 3, top);
      case DUP2 -> {
        if (top.wide()) {
          frame.push(top);
        } else {
          Value below = frame.peek(1);
          frame.push(below);
          frame.push(top);
        }
      }
      case DUP2_X1 -> insertPair(frame, 1);
      case DUP2_X2 -> insertPair(frame, frame.peek(top.wide() ? 1 : 2).wide() ? 1 : 2);
      default -> throw new IllegalStateException("unknown stack instruction: opcode=" + opcode);
    }
  }

  private static void insertPair(Frame frame, int below) {
    Value top = frame.peek(0);
    if (top.wide()) {
      frame.insert(1 + below, top);
    } else {
      Value second = frame.peek(1);
      frame.insert(2 + below, second);
      frame.insert(2 + below, top);
    }
  }

  private static void replace(Frame frame, int count, Value value) {
    frame.pop(count);
    frame.push(value);
  }

  private static Value.Sign sign(ConvertInstruction convert, Value value) {
    if (convert.toType() == TypeKind.CHAR) {
      return Value.Sign.NON_NEGATIVE;
    }
    boolean widens = convert.fromType() == TypeKind.INT && convert.toType() == TypeKind.LONG;
    return widens ? value.sign() : Value.Sign.ANY;
  }

  private static boolean wide(TypeKind kind) {
    return kind == TypeKind.LONG || kind == TypeKind.DOUBLE;
  }
}
