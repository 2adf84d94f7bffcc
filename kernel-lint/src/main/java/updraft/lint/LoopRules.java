package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shapes of loops, as javac lays them out. */
final class LoopRules {

  private final KernelClasses.Method method;
  private final MethodCode code;
  private final Loops loops;
  private final Findings findings;
  private final Set<Integer> targets = new HashSet<>();

  private LoopRules(KernelClasses.Method method, MethodCode code, Findings findings) {
    this.method = method;
    this.code = code;
    this.loops = Loops.of(code);
    this.findings = findings;
    for (int index = 0; index < code.instructions().size(); index++) {
      if (code.instructions().get(index) instanceof BranchInstruction branch) {
        targets.add(code.target(branch.target()));
      }
    }
  }

  static void check(KernelClasses.Method method, MethodCode code, Findings findings) {
    LoopRules rules = new LoopRules(method, code, findings);
    List<Instruction> instructions = code.instructions();
    for (int index = 0; index < instructions.size(); index++) {
      if (instructions.get(index) instanceof ReturnInstruction && rules.loops.inside(index)) {
        rules.report(index, Rule.RETURN_IN_LOOP);
      }
      if (rules.loops.leaves(index) && rules.storesJustBefore(index)) {
        rules.report(index, Rule.BREAK_WITH_STATE);
      }
    }
    rules.loops.ranges().forEach(rules::check);
  }

  private void check(Loops.Range loop) {
    if (code.instructions().get(loop.end()) instanceof BranchInstruction last
        && !MethodCode.unconditional(last)) {
      for (int index = loop.head(); index < loop.end(); index++) {
        if (jumpsForwardInside(loop, index)) {
          report(loop.head(), Rule.DO_WHILE_WITH_ELSE);
          return;
        }
      }
    } else if (isDisjunction(loop)) {
      report(loop.head(), Rule.LOOP_OR);
    }
  }

  /** The end of the first branch of an if/else. */
  private boolean jumpsForwardInside(Loops.Range loop, int index) {
    return code.instructions().get(index) instanceof BranchInstruction branch
        && MethodCode.unconditional(branch)
        && code.target(branch.target()) > index
        && loop.contains(code.target(branch.target()));
  }

  /** A branch into the body, over the branch that leaves the loop, before anything is done. */
  private boolean isDisjunction(Loops.Range loop) {
    for (int index = loop.head(); index <= loop.end(); index++) {
      Instruction instruction = code.instructions().get(index);
      if (instruction instanceof StoreInstruction || instruction instanceof IncrementInstruction) {
        return false;
      }
      if (instruction instanceof BranchInstruction branch && !MethodCode.unconditional(branch)) {
        int target = code.target(branch.target());
        if (target > index
            && loop.contains(target)
            && code.instructions().get(target - 1) instanceof BranchInstruction before
            && !MethodCode.unconditional(before)
            && !loop.contains(code.target(before.target()))) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean storesJustBefore(int jump) {
    for (int index = jump - 1; index >= 0; index--) {
      Instruction instruction = code.instructions().get(index);
      if (instruction instanceof BranchInstruction) {
        return false;
      }
      if (instruction instanceof StoreInstruction || instruction instanceof IncrementInstruction) {
        return true;
      }
      if (targets.contains(index)) {
        return false;
      }
    }
    return false;
  }

  private void report(int index, Rule rule) {
    findings.add(method, code.lines().get(index), rule);
  }
}
