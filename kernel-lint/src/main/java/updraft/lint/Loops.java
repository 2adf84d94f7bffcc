package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A method's loops, as ranges of instructions: from the target of a jump back to the last such
 * jump.
 */
record Loops(MethodCode code, List<Range> ranges) {

  /** Both ends belong to it. */
  record Range(int head, int end) {
    boolean contains(int index) {
      return index >= head && index <= end;
    }
  }

  static Loops of(MethodCode code) {
    Map<Integer, Integer> ends = new TreeMap<>();
    for (int index = 0; index < code.instructions().size(); index++) {
      if (code.instructions().get(index) instanceof BranchInstruction branch) {
        int target = code.target(branch.target());
        if (target <= index) {
          ends.merge(target, index, Math::max);
        }
      }
    }
    List<Range> ranges = new ArrayList<>();
    ends.forEach((head, end) -> ranges.add(new Range(head, end)));
    return new Loops(code, ranges);
  }

  /** Whether a conditional branch decides if a loop goes on. */
  boolean decides(int index) {
    if (!(code.instructions().get(index) instanceof BranchInstruction branch)
        || MethodCode.unconditional(branch)) {
      return false;
    }
    int target = code.target(branch.target());
    return ranges.stream()
        .anyMatch(
            loop ->
                loop.contains(index)
                    && (!loop.contains(target) || (index == loop.end() && target == loop.head())));
  }

  boolean inside(int index) {
    return ranges.stream().anyMatch(loop -> loop.contains(index));
  }

  /** Whether a jump leaves a loop, other than by its condition. */
  boolean leaves(int index) {
    Instruction instruction = code.instructions().get(index);
    return instruction instanceof BranchInstruction branch
        && MethodCode.unconditional(branch)
        && ranges.stream()
            .anyMatch(loop -> loop.contains(index) && code.target(branch.target()) > loop.end());
  }
}
