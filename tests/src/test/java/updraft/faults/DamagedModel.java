package updraft.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import updraft.model.GgufFile;

/** Copies of a model with a number among the weights that should not be there. */
final class DamagedModel {
  private static final byte[] HALF_NAN = {0, 0x7E};

  private DamagedModel() {}

  /** Replaces the first value of a row of a tensor of 32-bit floats. */
  static Path with(float value, String tensor, int row, Path model) {
    byte[] bytes = new byte[Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
    return damaged(model, tensor, row, bytes);
  }

  /** Makes the first scale of a row of 8-bit blocks a NaN. */
  static Path withNanScale(String tensor, int row, Path model) {
    return damaged(model, tensor, row, HALF_NAN);
  }

  private static Path damaged(Path model, String tensor, int row, byte[] value) {
    Path path = model.resolveSibling("damaged-" + tensor + ".gguf");
    try {
      byte[] bytes = Files.readAllBytes(model);
      ByteBuffer.wrap(bytes).put(offset(model, bytes, tensor, row), value);
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the row's bytes, of which there are no others like them, stand in the file. */
  private static int offset(Path model, byte[] bytes, String name, int row) {
    try (GgufFile file = GgufFile.open(model)) {
      var tensor = file.tensor(name);
      long from = row * tensor.rowBytes();
      byte[] data = tensor.data().asSlice(from, tensor.rowBytes()).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment whole = MemorySegment.ofArray(bytes);
      MemorySegment wanted = MemorySegment.ofArray(data);
      for (int at = 0; at + data.length <= bytes.length; at++) {
        if (bytes[at] == data[0] && whole.asSlice(at, data.length).mismatch(wanted) == -1) {
          return at;
        }
      }
      throw new IllegalStateException("not in the file: tensor=" + name);
    }
  }
}
