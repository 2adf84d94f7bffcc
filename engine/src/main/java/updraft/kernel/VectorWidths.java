package updraft.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import updraft.model.PackedMatrix.Kind;

/**
 * One source of kernels, several vector widths in one JVM. C2 makes good code of vectors only where
 * the species is a constant, so a kernel class reads its width, and the kind of matrix that it is
 * for, from its class data, and is defined once more, as a hidden class, for each that is used.
 */
final class VectorWidths {
  private VectorWidths() {}

  /** What a kernel class is defined for. */
  private record Shape(int bits, @Nullable Kind kind) {}

  /** An instance of a kernel class, which has a constructor without parameters, at a width. */
  static <T> T at(int bits, Class<? extends T> template, Class<T> type) {
    return at(bits, null, template, type);
  }

  /** The same of a class for one kind of matrix. */
  static <T> T at(int bits, @Nullable Kind kind, Class<? extends T> template, Class<T> type) {
    String file = template.getSimpleName() + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("class file not found: " + file);
      }
      Lookup hidden =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(in.readAllBytes(), new Shape(bits, kind), true);
      return type.cast(
          hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class)).invoke());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Throwable e) {
      throw new IllegalStateException(
          "kernels cannot be defined: class=" + template.getSimpleName() + ", bits=" + bits, e);
    }
  }

  static VectorSpecies<Float> floats(Lookup lookup) {
    return VectorSpecies.of(float.class, shape(lookup));
  }

  static VectorSpecies<Integer> ints(Lookup lookup) {
    return VectorSpecies.of(int.class, shape(lookup));
  }

  /** The kind of matrix that a class is for. */
  static Kind kind(Lookup lookup, Kind otherwise) {
    Shape shape = classData(lookup);
    return shape == null || shape.kind == null ? otherwise : shape.kind;
  }

  private static VectorShape shape(Lookup lookup) {
    Shape shape = classData(lookup);
    return shape == null
        ? FloatVector.SPECIES_PREFERRED.vectorShape()
        : VectorShape.forBitSize(shape.bits);
  }

  private static @Nullable Shape classData(Lookup lookup) {
    try {
      return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, Shape.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError("a class may read its own data", e);
    }
  }

  /** The widest vectors that this machine works with at full speed. */
  static int preferredBits() {
    return IntVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
