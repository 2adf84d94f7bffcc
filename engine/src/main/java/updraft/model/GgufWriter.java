package updraft.model;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a GGUF file, little-endian. Collect metadata and tensors, then {@link #write}; tensors are
 * made row by row while writing, so memory stays small whatever the file's size.
 *
 * <pre>{@code
 * new GgufWriter()
 *     .string("general.architecture", "llama")
 *     .uint32("llama.block_count", 2)
 *     .tensor("output_norm.weight", QuantType.F32, 1, 64, (row, target) -> Arrays.fill(target, 1))
 *     .write(path);
 * }</pre>
 *
 * <p>A key given again replaces its value. Not thread-safe.
 */
public final class GgufWriter {
  private int version = 3;
  private int alignment = GgufParser.DEFAULT_ALIGNMENT;

  /** Type and value as they stand in the file, by key. */
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  private final Map<String, TensorPlan> tensors = new LinkedHashMap<>();

  /** Makes the values of one row of a tensor. */
  @FunctionalInterface
  public interface RowSource {
    /**
     * @param target to be filled with the row's columns
     */
    void row(long row, float[] target);
  }

  /** 2 or 3; 3 unless set. */
  public GgufWriter version(int value) {
    if (value != 2 && value != 3) {
      throw new IllegalArgumentException("version must be 2 or 3: version=" + value);
    }
    version = value;
    return this;
  }

  /** Of tensor data: a power of two of at least 8; 32 unless set. */
  public GgufWriter alignment(int value) {
    if (value < 8 || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          "alignment must be a power of two of at least 8: alignment=" + value);
    }
    alignment = value;
    return uint32(GgufParser.ALIGNMENT_KEY, value);
  }

  public GgufWriter string(String key, String value) {
    return entry(key, GgufValueType.STRING, out -> putString(out, value));
  }

  public GgufWriter bool(String key, boolean value) {
    return entry(key, GgufValueType.BOOL, out -> out.write(value ? 1 : 0));
  }

  public GgufWriter uint32(String key, long value) {
    return integer(key, GgufValueType.UINT32, value);
  }

  /** An integer of any width; its low bits are stored. */
  public GgufWriter integer(String key, GgufValueType type, long value) {
    return entry(key, type, out -> putInteger(out, value, integerBytes(type)));
  }

  public GgufWriter float32(String key, float value) {
    return entry(
        key, GgufValueType.FLOAT32, out -> putInteger(out, Float.floatToRawIntBits(value), 4));
  }

  public GgufWriter float64(String key, double value) {
    return entry(
        key, GgufValueType.FLOAT64, out -> putInteger(out, Double.doubleToRawLongBits(value), 8));
  }

  public GgufWriter strings(String key, List<String> values) {
    return array(
        key, GgufValueType.STRING, values.size(), out -> values.forEach(v -> putString(out, v)));
  }

  public GgufWriter integers(String key, GgufValueType type, int... values) {
    int bytes = integerBytes(type);
    return array(
        key,
        type,
        values.length,
        out -> {
          for (int value : values) {
            putInteger(out, value, bytes);
          }
        });
  }

  public GgufWriter float32s(String key, float... values) {
    return array(
        key,
        GgufValueType.FLOAT32,
        values.length,
        out -> {
          for (float value : values) {
            putInteger(out, Float.floatToRawIntBits(value), 4);
          }
        });
  }

  /** Copies the metadata of a file whose keys begin so; its file may be closed afterwards. */
  public GgufWriter metadata(GgufFile file, String prefix) {
    for (String key : file.keys()) {
      if (key.startsWith(prefix)) {
        copy(file, key, file.require(key));
      }
    }
    return this;
  }

  private void copy(GgufFile file, String key, GgufEntry value) {
    switch (value.type()) {
      case STRING -> {
        if (value.array()) {
          strings(key, List.of(file.strings(key)));
        } else {
          string(key, file.string(key));
        }
      }
      case FLOAT32 -> {
        if (value.array()) {
          float32s(key, file.reals(key));
        } else {
          float32(key, file.real(key));
        }
      }
      case BOOL -> {
        if (!value.array()) {
          bool(key, file.bool(key));
        }
      }
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> {
        if (value.array()) {
          integers(key, value.type(), file.integers(key));
        } else {
          integer(key, value.type(), file.longInteger(key));
        }
      }
      case FLOAT64, ARRAY -> {} // no tokenizer has any
    }
  }

  /**
   * A tensor whose rows are made and stored as the type while writing.
   *
   * @param rows 1 for a vector
   * @param columns a multiple of the type's block
   */
  public GgufWriter tensor(String name, QuantType type, long rows, int columns, RowSource source) {
    byte[] bytes = new byte[Math.toIntExact(type.bytes(columns))];
    float[] values = new float[columns];
    return plan(
        new TensorPlan(
            name,
            type,
            rows,
            columns,
            out -> {
              for (long row = 0; row < rows; row++) {
                source.row(row, values);
                type.quantize(values, 0, MemorySegment.ofArray(bytes), 0, columns);
                out.write(bytes);
              }
            }));
  }

  /** A tensor copied as it is stored; its file must stay open until {@link #write}. */
  public GgufWriter tensor(GgufTensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.rowBytes())];
    return plan(
        new TensorPlan(
            tensor.name(),
            tensor.type(),
            tensor.rows(),
            tensor.columns(),
            out -> {
              for (long row = 0; row < tensor.rows(); row++) {
                MemorySegment.copy(
                    tensor.data(),
                    row * bytes.length,
                    MemorySegment.ofArray(bytes),
                    0,
                    bytes.length);
                out.write(bytes);
              }
            }));
  }

  /**
   * Writes the file beside its place and then moves it there, so that no half file is ever seen.
   */
  public void write(Path path) throws IOException {
    Path partial = path.resolveSibling(path.getFileName() + ".partial");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16)) {
        byte[] index = index();
        out.write(index);
        long position = index.length;
        for (TensorPlan tensor : tensors.values()) {
          position += pad(out, position);
          tensor.content.writeTo(out);
          position += tensor.bytes();
        }
        pad(out, position);
      }
      Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private byte[] index() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    putInteger(out, GgufParser.MAGIC, 4);
    putInteger(out, version, 4);
    putInteger(out, tensors.size(), 8);
    putInteger(out, entries.size(), 8);
    entries.forEach(
        (key, value) -> {
          putString(out, key);
          out.writeBytes(value);
        });
    long offset = 0;
    for (TensorPlan tensor : tensors.values()) {
      putString(out, tensor.name);
      boolean vector = tensor.rows == 1;
      putInteger(out, vector ? 1 : 2, 4);
      putInteger(out, tensor.columns, 8);
      if (!vector) {
        putInteger(out, tensor.rows, 8);
      }
      putInteger(out, tensor.type.ggmlId(), 4);
      putInteger(out, offset, 8);
      offset += tensor.bytes() + GgufParser.padding(tensor.bytes(), alignment);
    }
    return out.toByteArray();
  }

  private int pad(OutputStream out, long position) throws IOException {
    int padding = (int) GgufParser.padding(position, alignment);
    out.write(new byte[padding]);
    return padding;
  }

  private GgufWriter plan(TensorPlan tensor) {
    if (tensors.put(tensor.name, tensor) != null) {
      throw new IllegalArgumentException("tensor must be given once: tensor=" + tensor.name);
    }
    return this;
  }

  private GgufWriter array(String key, GgufValueType type, int count, Value value) {
    return entry(
        key,
        GgufValueType.ARRAY,
        out -> {
          putInteger(out, type.id(), 4);
          putInteger(out, count, 8);
          value.writeTo(out);
        });
  }

  private GgufWriter entry(String key, GgufValueType type, Value value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    putInteger(out, type.id(), 4);
    value.writeTo(out);
    entries.put(key, out.toByteArray());
    return this;
  }

  private static int integerBytes(GgufValueType type) {
    if (!type.isInteger()) {
      throw new IllegalArgumentException("type must be an integer's: type=" + type);
    }
    return type.bytes();
  }

  private static void putString(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putInteger(out, bytes.length, 8);
    out.writeBytes(bytes);
  }

  private static void putInteger(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  private interface Value {
    void writeTo(ByteArrayOutputStream out);
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private record TensorPlan(String name, QuantType type, long rows, int columns, Content content) {
    long bytes() {
      return Math.multiplyExact(rows, type.bytes(columns));
    }
  }
}
