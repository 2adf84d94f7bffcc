package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.Set;

/** Instructions, methods and fields that have no place in a kernel. */
final class WordRules implements MethodFlow.Visitor {

  private static final Set<String> REFUSED_MATH = Set.of("floor", "round", "rint", "fma");
  private static final Set<String> NOT_FINITE = Set.of("isNaN", "isInfinite", "isFinite");
  private static final Set<String> HALF = Set.of("float16ToFloat", "floatToFloat16");

  private final Findings findings;

  WordRules(Findings findings) {
    this.findings = findings;
  }

  @Override
  public void visit(MethodFlow.Site site, Instruction instruction, Frame before) {
    switch (instruction) {
      case InvokeInstruction call -> call(site, call);
      case FieldInstruction field -> field(site, field);
      case ThrowInstruction thrown -> findings.add(site, Rule.THROW);
      case NewPrimitiveArrayInstruction made when made.typeKind() == TypeKind.BOOLEAN ->
          findings.add(site, Rule.BOOLEAN_ARRAY);
      case ConstantInstruction constant -> {
        boolean finite =
            switch (constant.constantValue()) {
              case Float value -> Float.isFinite(value);
              case Double value -> Double.isFinite(value);
              default -> true;
            };
        if (!finite) {
          findings.add(site, Rule.NOT_FINITE);
        }
      }
      default -> {}
    }
  }

  private void call(MethodFlow.Site site, InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    String name = call.name().stringValue();
    if (owner.startsWith("java/lang/foreign/")) {
      findings.add(site, Rule.MEMORY_SEGMENT);
    } else if (owner.equals("java/lang/Math")) {
      if (REFUSED_MATH.contains(name) || (name.equals("abs") && call.type().equalsString("(I)I"))) {
        findings.add(site, Rule.REFUSED_MATH);
      }
    } else if (owner.equals("java/lang/Float") || owner.equals("java/lang/Double")) {
      if (HALF.contains(name)) {
        findings.add(site, Rule.HALF_CONVERSION);
      } else if (NOT_FINITE.contains(name)) {
        findings.add(site, Rule.NOT_FINITE);
      }
    } else if (Calls.onContext(call)) {
      context(site, call, name);
    }
  }

  private void context(MethodFlow.Site site, InvokeInstruction call, String name) {
    if (name.startsWith("simd")) {
      findings.add(site, Rule.WARP_INTRINSIC);
    } else if (name.equals("allocateByteLocalArray")) {
      findings.add(site, Rule.LOCAL_BYTES);
    } else if (name.equals("atomicAdd") && call.type().equalsString("([III)V")) {
      findings.add(site, Rule.LOCAL_ATOMIC);
    }
  }

  private void field(MethodFlow.Site site, FieldInstruction field) {
    String type = field.type().stringValue();
    if (type.startsWith("[") || type.startsWith("L" + Calls.ARRAYS)) {
      if (field.opcode() == Opcode.GETSTATIC) {
        findings.add(site, Rule.STATIC_ARRAY);
      } else if (field.opcode() == Opcode.GETFIELD) {
        findings.add(site, Rule.OBJECT_WITH_ARRAY);
      }
    }
  }
}
