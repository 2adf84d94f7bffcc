package updraft.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Kernels' classes once more, with a call before each access to an array and a note of the line
 * before each call of the API. Statics are those of the copy.
 */
final class CheckedCode extends ClassLoader {

  private static final Map<ClassLoader, CheckedCode> LOADERS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private static final String SIMULATOR = Probe.class.getPackageName();

  private final ClassLoader original;

  private CheckedCode(ClassLoader original) {
    super(original);
    this.original = original;
  }

  /** The kernel with checks in it. */
  static KernelCall of(KernelMethod kernel) {
    CheckedCode loader = LOADERS.computeIfAbsent(kernel.owner().getClassLoader(), CheckedCode::new);
    try {
      Class<?> owner = loader.loadClass(kernel.owner().getName());
      MethodType type = MethodType.fromMethodDescriptorString(kernel.descriptor(), loader);
      MethodHandle handle =
          MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
              .findStatic(owner, kernel.name(), type)
              .asSpreader(Object[].class, type.parameterCount())
              .asType(MethodType.methodType(void.class, Object[].class));
      return arguments -> {
        try {
          handle.invokeExact(arguments);
        } catch (RuntimeException | Error e) {
          throw e;
        } catch (Throwable e) {
          throw new IllegalStateException(e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new KernelFault("a kernel must be a static method: kernel=" + kernel.shortName(), e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte @Nullable [] bytes = isKernelCode(name) ? read(name) : null;
      if (bytes == null) {
        return super.loadClass(name, resolve);
      }
      byte[] checked = instrument(bytes);
      return defineClass(name, checked, 0, checked.length);
    }
  }

  private static boolean isKernelCode(String name) {
    return !name.startsWith("java.")
        && !name.startsWith("jdk.")
        && !name.startsWith("uk.ac.manchester.tornado.")
        && !name.substring(0, Math.max(0, name.lastIndexOf('.'))).equals(SIMULATOR);
  }

  private byte @Nullable [] read(String name) throws ClassNotFoundException {
    try (InputStream stream = original.getResourceAsStream(name.replace('.', '/') + ".class")) {
      return stream == null ? null : stream.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] instrument(byte[] bytes) {
    ClassFile classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(original)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    ClassModel model = classFile.parse(bytes);
    String name = model.thisClass().asInternalName();
    String outermost = name.substring(name.lastIndexOf('/') + 1).replaceAll("\\$.*", "");
    return classFile.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            CodeTransform.ofStateful(() -> new CheckingTransform(outermost + ".java"))));
  }
}
