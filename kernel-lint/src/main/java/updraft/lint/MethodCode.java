package updraft.lint;

import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A method's instructions by index, with their lines and where each can lead. */
final class MethodCode {

  private final List<Instruction> instructions = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private final Map<Label, Integer> labels = new HashMap<>();

  private MethodCode() {}

  static MethodCode of(MethodModel method) {
    CodeModel model = method.code().orElseThrow();
    MethodCode code = new MethodCode();
    int line = 0;
    for (CodeElement element : model) {
      switch (element) {
        case LabelTarget target -> code.labels.put(target.label(), code.instructions.size());
        case LineNumber number -> line = number.line();
        case Instruction instruction -> {
          code.instructions.add(instruction);
          code.lines.add(line);
        }
        default -> {}
      }
    }
    return code;
  }

  List<Instruction> instructions() {
    return instructions;
  }

  List<Integer> lines() {
    return lines;
  }

  int target(Label label) {
    return labels.getOrDefault(label, instructions.size());
  }

  /** Indices of the instructions that may come next. */
  List<Integer> successors(int index) {
    return switch (instructions.get(index)) {
      case ReturnInstruction end -> List.of();
      case ThrowInstruction end -> List.of();
      case BranchInstruction branch when unconditional(branch) -> List.of(target(branch.target()));
      case BranchInstruction branch -> List.of(index + 1, target(branch.target()));
      case TableSwitchInstruction table -> targets(table.defaultTarget(), table.cases());
      case LookupSwitchInstruction lookup -> targets(lookup.defaultTarget(), lookup.cases());
      default -> List.of(index + 1);
    };
  }

  static boolean unconditional(BranchInstruction branch) {
    return branch.opcode() == Opcode.GOTO || branch.opcode() == Opcode.GOTO_W;
  }

  private List<Integer> targets(Label otherwise, List<SwitchCase> cases) {
    List<Integer> targets = new ArrayList<>();
    targets.add(target(otherwise));
    cases.forEach(each -> targets.add(target(each.target())));
    return targets;
  }
}
