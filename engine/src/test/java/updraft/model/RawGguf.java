package updraft.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A GGUF file put together by hand, to be wrong in ways that {@link GgufWriter} cannot be. */
final class RawGguf {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Begins a file of version 3 that claims these counts. */
  static RawGguf header(long tensors, long keys) {
    return new RawGguf().int32(GgufParser.MAGIC).int32(3).int64(tensors).int64(keys);
  }

  RawGguf int8(int value) {
    out.write(value);
    return this;
  }

  RawGguf int32(int value) {
    for (int i = 0; i < 4; i++) {
      out.write(value >>> (8 * i));
    }
    return this;
  }

  RawGguf int64(long value) {
    return int32((int) value).int32((int) (value >>> 32));
  }

  RawGguf string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  RawGguf key(String key, GgufValueType type) {
    return string(key).int32(type.id());
  }

  RawGguf tensor(String name, int type, long offset, long... shape) {
    string(name).int32(shape.length);
    for (long size : shape) {
      int64(size);
    }
    return int32(type).int64(offset);
  }

  RawGguf zeros(int count) {
    out.writeBytes(new byte[count]);
    return this;
  }

  /** Zeros up to the next multiple. */
  RawGguf align(int alignment) {
    return zeros((int) GgufParser.padding(out.size(), alignment));
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  Path write(Path path) throws IOException {
    return Files.write(path, bytes());
  }
}
