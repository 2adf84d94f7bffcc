package updraft.sim;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Puts calls of {@link Probe} into one method. */
final class CheckingTransform implements CodeTransform {

  private static final ClassDesc PROBE = ClassDesc.of(Probe.class.getName());
  private static final MethodTypeDesc ACCESS =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          ConstantDescs.CD_Object,
          ConstantDescs.CD_int,
          ConstantDescs.CD_String);
  private static final MethodTypeDesc ALLOCATION =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_String);
  private static final String API = "uk/ac/manchester/tornado/api/";

  private final String file;
  private String site;

  CheckingTransform(String file) {
    this.file = file;
    this.site = file;
  }

  @Override
  public void accept(CodeBuilder builder, CodeElement element) {
    switch (element) {
      case LineNumber number -> {
        site = file + ":" + number.line();
        builder.with(number);
      }
      case ArrayLoadInstruction load ->
          builder.dup2().ldc(site).invokestatic(PROBE, "read", ACCESS).with(load);
      case ArrayStoreInstruction store -> {
        if (store.typeKind() == TypeKind.LONG || store.typeKind() == TypeKind.DOUBLE) {
          builder.dup2_x2().pop2().dup2_x2();
        } else {
          builder.dup_x2().pop().dup2_x1();
        }
        builder.ldc(site).invokestatic(PROBE, "write", ACCESS).with(store);
      }
      case NewPrimitiveArrayInstruction made -> allocated(builder, made);
      case NewReferenceArrayInstruction made -> allocated(builder, made);
      case NewMultiArrayInstruction made -> allocated(builder, made);
      case InvokeInstruction call when call.owner().asInternalName().startsWith(API) ->
          builder.ldc(site).putstatic(PROBE, "site", ConstantDescs.CD_String).with(call);
      default -> builder.with(element);
    }
  }

  private void allocated(CodeBuilder builder, CodeElement allocation) {
    builder.with(allocation).dup().ldc(site).invokestatic(PROBE, "allocated", ALLOCATION);
  }
}
