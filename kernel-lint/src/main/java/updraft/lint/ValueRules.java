package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.util.HashMap;
import java.util.Map;

/** What must not be done to certain values. */
final class ValueRules implements MethodFlow.Visitor {

  private final Findings findings;
  private final Map<MethodCode, Loops> loops = new HashMap<>();

  ValueRules(Findings findings) {
    this.findings = findings;
  }

  @Override
  public void visit(MethodFlow.Site site, Instruction instruction, Frame before) {
    switch (instruction) {
      case OperatorInstruction operator -> operator(site, operator.opcode(), before);
      case BranchInstruction branch -> branch(site, branch, before);
      case InvokeInstruction call -> call(site, call, before);
      case FieldInstruction field -> {
        if (field.opcode() == Opcode.GETFIELD
            && field.owner().asInternalName().equals(Calls.CONTEXT)
            && before.peek(0).origin() != Value.Origin.CONTEXT) {
          findings.add(site, Rule.FOREIGN_CONTEXT);
        }
      }
      case NewPrimitiveArrayInstruction made -> privateSize(site, before, 1);
      case NewReferenceArrayInstruction made -> privateSize(site, before, 1);
      case NewMultiArrayInstruction made -> privateSize(site, before, made.dimensions());
      default -> {}
    }
  }

  private void operator(MethodFlow.Site site, Opcode opcode, Frame before) {
    switch (opcode) {
      case ISHR, LSHR -> shift(site, before, Rule.SIGNED_SHIFT);
      case IUSHR, LUSHR -> shift(site, before, Rule.UNSIGNED_SHIFT);
      case IDIV -> {
        Integer divisor = before.peek(0).constant();
        if (divisor != null && divisor > 1 && Integer.bitCount(divisor) == 1) {
          if (before.peek(1).sign() == Value.Sign.ANY) {
            findings.add(site, Rule.SIGNED_DIVISION);
          }
        }
      }
      default -> {}
    }
  }

  private void shift(MethodFlow.Site site, Frame before, Rule rule) {
    if (!before.peek(1).nonNegative() && !MaskedShift.isSafe(site, before.peek(0))) {
      findings.add(site, rule);
    }
  }

  private void branch(MethodFlow.Site site, BranchInstruction branch, Frame before) {
    Loops all = loops.computeIfAbsent(site.code(), Loops::of);
    if (!all.decides(site.index())) {
      return;
    }
    for (int depth = 0; depth < Step.operands(branch.opcode()); depth++) {
      if (before.peek(depth).fresh()) {
        findings.add(site, Rule.LOOP_CONDITION_READS_MEMORY);
      }
    }
  }

  private void call(MethodFlow.Site site, InvokeInstruction call, Frame before) {
    if (Calls.onContext(call) && call.name().stringValue().startsWith("allocate")) {
      if (!before.peek(0).frozen()) {
        findings.add(site, Rule.LOCAL_SIZE);
      }
    } else if (Calls.inlined(call)) {
      for (int depth = 0; depth < Step.arguments(call); depth++) {
        if (before.peek(depth).origin() == Value.Origin.LOCAL_ARRAY) {
          findings.add(site, Rule.LOCAL_ARRAY_PASSED);
        }
      }
    }
  }

  private void privateSize(MethodFlow.Site site, Frame before, int dimensions) {
    for (int depth = 0; depth < dimensions; depth++) {
      if (before.peek(depth).constant() == null) {
        findings.add(site, Rule.PRIVATE_SIZE);
      }
    }
  }
}
