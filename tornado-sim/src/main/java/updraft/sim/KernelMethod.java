package updraft.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.LineNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import uk.ac.manchester.tornado.api.TaskGraph;

/**
 * The static method behind a method reference. A lambda's class names it nowhere that can be read,
 * so the reference is called with nulls for its arrays: it fails at the first one it touches,
 * before it has done anything, and the trace names the method.
 */
record KernelMethod(Class<?> owner, String name, String descriptor, List<String> parameters) {

  private static final Map<Class<?>, KernelMethod> KNOWN = new ConcurrentHashMap<>();

  static KernelMethod of(String task, GraphStep.Launch launch) {
    return KNOWN.computeIfAbsent(launch.code().getClass(), type -> find(task, launch));
  }

  private static KernelMethod find(String task, GraphStep.Launch launch) {
    Object[] nothing = launch.arguments().clone();
    for (int index = 0; index < nothing.length; index++) {
      if (!(nothing[index] instanceof Number)) {
        nothing[index] = null;
      }
    }
    try {
      launch.call().run(nothing);
    } catch (NullPointerException e) {
      StackTraceElement[] trace = e.getStackTrace();
      for (int index = 1; index < trace.length; index++) {
        if (trace[index].getClassName().equals(TaskGraph.class.getName())) {
          return resolve(trace[index - 1], launch);
        }
      }
    }
    throw new KernelFault("a kernel must use its context or an array: task=" + task);
  }

  private static KernelMethod resolve(StackTraceElement frame, GraphStep.Launch launch) {
    Class<?> owner;
    try {
      owner = Class.forName(frame.getClassName(), false, launch.code().getClass().getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new KernelFault("a kernel's class must be found: class=" + frame.getClassName(), e);
    }
    for (MethodModel method : model(owner).methods()) {
      if (method.methodName().equalsString(frame.getMethodName())
          && method.methodTypeSymbol().parameterCount() == launch.arguments().length
          && hasLine(method, frame.getLineNumber())) {
        return new KernelMethod(
            owner, frame.getMethodName(), method.methodType().stringValue(), names(method));
      }
    }
    throw new KernelFault(
        "a kernel must be compiled with line numbers: kernel="
            + frame.getClassName()
            + "."
            + frame.getMethodName()
            + ", compile with -g");
  }

  private static ClassModel model(Class<?> owner) {
    String resource = owner.getName().replace('.', '/') + ".class";
    try (InputStream stream = owner.getClassLoader().getResourceAsStream(resource)) {
      if (stream == null) {
        throw new KernelFault("a kernel's class file must be readable: class=" + owner.getName());
      }
      return ClassFile.of().parse(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasLine(MethodModel method, int line) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .anyMatch(element -> element instanceof LineNumber number && number.line() == line);
  }

  private static List<String> names(MethodModel method) {
    List<String> names = new ArrayList<>();
    int count = method.methodTypeSymbol().parameterCount();
    method
        .findAttribute(Attributes.methodParameters())
        .ifPresent(
            attribute ->
                attribute
                    .parameters()
                    .forEach(
                        parameter ->
                            names.add(
                                parameter
                                    .name()
                                    .map(name -> name.stringValue())
                                    .orElse("argument " + names.size()))));
    while (names.size() < count) {
      names.add("argument " + names.size());
    }
    return List.copyOf(names);
  }

  /** As a message names it. */
  String shortName() {
    return owner.getSimpleName() + "." + name;
  }
}
