package updraft.lint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Class files by internal name, parsed once. Not thread-safe. */
final class KernelClasses {

  private final Function<String, byte @Nullable []> source;
  private final Map<String, @Nullable ClassModel> parsed = new HashMap<>();

  private KernelClasses(Function<String, byte @Nullable []> source) {
    this.source = source;
  }

  static KernelClasses of(ClassLoader loader) {
    return new KernelClasses(
        name -> {
          try (InputStream stream = loader.getResourceAsStream(name + ".class")) {
            return stream == null ? null : stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  static KernelClasses of(Path directory) {
    return new KernelClasses(
        name -> {
          Path file = directory.resolve(name + ".class");
          try {
            return Files.exists(file) ? Files.readAllBytes(file) : null;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Nullable ClassModel find(String internalName) {
    if (!parsed.containsKey(internalName)) {
      byte[] bytes = source.apply(internalName);
      parsed.put(internalName, bytes == null ? null : ClassFile.of().parse(bytes));
    }
    return parsed.get(internalName);
  }

  @Nullable Method method(String owner, String name, String descriptor) {
    ClassModel model = find(owner);
    if (model == null) {
      return null;
    }
    for (MethodModel method : model.methods()) {
      if (method.methodName().equalsString(name)
          && method.methodType().equalsString(descriptor)
          && method.code().isPresent()) {
        return new Method(owner, method);
      }
    }
    return null;
  }

  /** A method and the class it is in. */
  record Method(String owner, MethodModel model) {

    String name() {
      return model.methodName().stringValue();
    }

    String descriptor() {
      return model.methodType().stringValue();
    }
  }
}
