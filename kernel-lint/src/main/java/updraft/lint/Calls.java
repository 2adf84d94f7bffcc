package updraft.lint;

import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What calls out of kernels return: TornadoVM's API and the JDK. */
final class Calls {

  static final String API = "uk/ac/manchester/tornado/api/";
  static final String CONTEXT = API + "KernelContext";
  static final String ARRAYS = API + "types/arrays/";

  private Calls() {}

  /** Whether the callee is code that is compiled into the kernel. */
  static boolean inlined(InvokeInstruction call) {
    String owner = call.owner().asInternalName();
    return !owner.startsWith("java/") && !owner.startsWith("jdk/") && !owner.startsWith(API);
  }

  static boolean onContext(InvokeInstruction call) {
    return call.owner().asInternalName().equals(CONTEXT);
  }

  static boolean onArray(InvokeInstruction call) {
    return call.owner().asInternalName().startsWith(ARRAYS);
  }

  static boolean readsArray(InvokeInstruction call) {
    String name = call.name().stringValue();
    return onArray(call)
        && name.startsWith("get")
        && !name.equals("getSize")
        && !name.equals("getElementSize")
        && !name.startsWith("getNumBytes");
  }

  /** The result; null for void. {@code arguments} include the receiver. */
  static @Nullable Value result(InvokeInstruction call, List<Value> arguments) {
    ClassDesc type = call.typeSymbol().returnType();
    String name = call.name().stringValue();
    if (type.descriptorString().equals("V")) {
      return null;
    }
    boolean wide = isWide(type);
    if (onContext(call) && name.startsWith("allocate")) {
      return Value.LOCAL_ARRAY;
    }
    if (readsArray(call)) {
      return call.owner().asInternalName().equals(ARRAYS + "IntArray")
          ? Value.READ.signed(Value.Sign.INDEX)
          : Value.READ.asWide(wide);
    }
    return switch (name) {
      case "intValue", "longValue", "shortValue", "valueOf" -> arguments.getFirst().asWide(wide);
      case "getFloat32", "getHalfFloatValue" -> arguments.getFirst().signed(Value.Sign.ANY);
      case "min" -> least(arguments).asWide(wide);
      case "max" -> greatest(arguments).asWide(wide);
      case "getSize", "bitCount", "numberOfLeadingZeros", "numberOfTrailingZeros", "abs" ->
          Value.NON_NEGATIVE.asWide(wide);
      default -> combined(arguments).asWide(wide);
    };
  }

  /** Fresh if an argument is. */
  static Value combined(List<Value> arguments) {
    Value result = new Value(Value.Origin.OTHER, -1, Value.Sign.ANY, false, true, null, false);
    for (Value argument : arguments) {
      result = result.with(argument, Value.Sign.ANY);
    }
    return result;
  }

  static boolean isWide(ClassDesc type) {
    return type.descriptorString().equals("J") || type.descriptorString().equals("D");
  }

  private static Value least(List<Value> arguments) {
    Value a = arguments.get(0);
    Value b = arguments.get(1);
    return a.with(b, Value.lesser(a.sign(), b.sign()));
  }

  private static Value greatest(List<Value> arguments) {
    Value a = arguments.get(0);
    Value b = arguments.get(1);
    return a.with(b, Value.greater(a.sign(), b.sign()));
  }
}
