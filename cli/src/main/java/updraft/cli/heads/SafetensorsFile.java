package updraft.cli.heads;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A memory-mapped safetensors file: a length, a header in JSON, then the tensors' bytes,
 * little-endian, row-major. Its index is checked on opening.
 */
final class SafetensorsFile implements AutoCloseable {
  private static final long MOST_HEADER = 100 << 20;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;

  @SuppressWarnings("MustBeClosedChecker") // closed with the file
  private final Arena arena = Arena.ofShared();

  private final MemorySegment bytes;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** A tensor of one or two dimensions. */
  record Tensor(String name, String type, int rows, int columns, long offset) {}

  SafetensorsFile(Path path) throws IOException {
    this.path = path;
    try (FileChannel channel = FileChannel.open(path)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      parse();
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private void parse() {
    long size = bytes.byteSize();
    long header = size < 8 ? -1 : bytes.get(LONG, 0);
    if (header < 2 || header > Math.min(size - 8, MOST_HEADER)) {
      throw error("header must lie within the file", "header_bytes=" + header + ", size=" + size);
    }
    byte[] text = new byte[(int) header];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 8, text, 0, text.length);
    JsonNode index;
    try {
      index = JsonMapper.shared().readTree(new String(text, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      throw error("header must be JSON", "header_bytes=" + header);
    }
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), 8 + header));
      }
    }
  }

  private Tensor tensor(String name, JsonNode node, long base) {
    JsonNode shape = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    String type = node.path("dtype").asString("");
    if (shape.size() < 1 || shape.size() > 2 || offsets.size() != 2) {
      throw error("tensor must have one or two dimensions", "tensor=" + name + ", shape=" + shape);
    }
    long rows = shape.size() == 1 ? 1 : shape.get(0).asLong();
    long columns = shape.get(shape.size() - 1).asLong();
    long start = offsets.get(0).asLong();
    long end = offsets.get(1).asLong();
    boolean fits =
        rows >= 1
            && columns >= 1
            && rows <= 1 << 24
            && columns <= 1 << 24
            && start >= 0
            && end - start == rows * columns * bytesOf(type, name)
            && end <= bytes.byteSize() - base;
    if (!fits) {
      throw error(
          "tensor must lie within the file",
          "tensor=" + name + ", shape=" + shape + ", data_offsets=" + offsets);
    }
    return new Tensor(name, type, (int) rows, (int) columns, base + start);
  }

  private int bytesOf(String type, String name) {
    return switch (type) {
      case "F64", "I64" -> 8;
      case "F32", "I32" -> 4;
      case "F16", "BF16" -> 2;
      case "BOOL" -> 1;
      default ->
          throw error(
              "tensor must be of type F32, F16, BF16, I64 or I32",
              "tensor=" + name + ", type=" + type);
    };
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  /** Reads a row as floats. */
  void row(Tensor tensor, int row, float[] to) {
    for (int i = 0; i < tensor.columns(); i++) {
      long element = (long) row * tensor.columns() + i;
      to[i] =
          switch (tensor.type()) {
            case "F32" -> Float.intBitsToFloat(bytes.get(INT, tensor.offset() + 4 * element));
            case "F16" -> Float.float16ToFloat(bytes.get(SHORT, tensor.offset() + 2 * element));
            case "BF16" ->
                Float.intBitsToFloat(bytes.get(SHORT, tensor.offset() + 2 * element) << 16);
            default ->
                throw error(
                    "weights must be F32, F16 or BF16",
                    "tensor=" + tensor.name() + ", type=" + tensor.type());
          };
    }
  }

  /** One integer of a vector. */
  long integer(Tensor tensor, int index) {
    return switch (tensor.type()) {
      case "I64" -> bytes.get(LONG, tensor.offset() + 8L * index);
      case "I32" -> bytes.get(INT, tensor.offset() + 4L * index);
      default ->
          throw error(
              "integers must be I64 or I32", "tensor=" + tensor.name() + ", type=" + tensor.type());
    };
  }

  HeadFormatException error(String constraint, String details) {
    return new HeadFormatException(constraint, "file=" + path + ", " + details);
  }

  @Override
  public void close() {
    arena.close();
  }
}
