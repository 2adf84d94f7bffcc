package updraft.lint;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.util.List;

/**
 * Right shifts whose sign does not matter, for a mask right behind them keeps only bits that the
 * value had: {@code (x >> 24) & 0xFF}, and {@code (x >> 4 * i) & 15}, which takes whole fields out.
 */
final class MaskedShift {

  private MaskedShift() {}

  static boolean isSafe(MethodFlow.Site site, Value amount) {
    List<Instruction> code = site.code().instructions();
    if (site.index() + 2 >= code.size()
        || !(code.get(site.index() + 1) instanceof ConstantInstruction constant)
        || !(constant.constantValue() instanceof Number number)
        || !(code.get(site.index() + 2) instanceof OperatorInstruction operator)) {
      return false;
    }
    long mask = number.longValue();
    int bits = operator.opcode() == Opcode.LAND ? Long.SIZE : Integer.SIZE;
    if ((operator.opcode() != Opcode.IAND && operator.opcode() != Opcode.LAND) || mask < 0) {
      return false;
    }
    int width = Long.SIZE - Long.numberOfLeadingZeros(mask);
    Integer exact = amount.constant();
    if (exact != null) {
      return exact >= 0 && exact + width <= bits;
    }
    int field = amount.multiple();
    return field > 0 && bits % field == 0 && width <= field;
  }
}
