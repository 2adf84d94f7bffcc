package updraft.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the index of a GGUF file: header, metadata entries, tensors. Counts are limited before
 * anything is allocated for them: by fixed limits well above what models have, and by what the rest
 * of the file could hold.
 */
final class GgufParser {
  static final int MAGIC = 0x46554747; // "GGUF", little-endian
  static final String ALIGNMENT_KEY = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;

  private static final int MAX_KEYS = 1 << 16;
  private static final int MAX_TENSORS = 1 << 16;
  private static final int MAX_NAME_BYTES = 1024;
  private static final int MAX_STRING_BYTES = 1 << 24;
  private static final int MAX_ARRAY = 1 << 22;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_ALIGNMENT = 1 << 20;
  private static final int LEAST_KEY_BYTES = 8 + 4 + 1;
  private static final int LEAST_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8;

  private final MemorySegment bytes;
  private final GgufCursor cursor;
  private final Map<String, GgufEntry> entries = new LinkedHashMap<>();
  private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
  private int version;
  private int alignment = DEFAULT_ALIGNMENT;

  GgufParser(String file, MemorySegment bytes) {
    this.bytes = bytes;
    this.cursor = new GgufCursor(file, bytes);
  }

  int version() {
    return version;
  }

  int alignment() {
    return alignment;
  }

  /** By key, in the file's order. */
  Map<String, GgufEntry> entries() {
    return entries;
  }

  /** By name, in the file's order. */
  Map<String, GgufTensor> tensors() {
    return tensors;
  }

  void parse() {
    parseVersion();
    int tensorCount = (int) cursor.readCount("tensor count", MAX_TENSORS, LEAST_TENSOR_BYTES);
    int keyCount = (int) cursor.readCount("key count", MAX_KEYS, LEAST_KEY_BYTES);
    for (int i = 0; i < keyCount; i++) {
      parseEntry(i);
    }
    parseAlignment();
    List<TensorInfo> infos = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      infos.add(parseTensorInfo(i));
    }
    long dataStart = cursor.position() + padding(cursor.position(), alignment);
    for (TensorInfo info : infos) {
      addTensor(info, dataStart);
    }
    refuseOverlaps(infos);
  }

  private void parseVersion() {
    int magic = cursor.readInt("magic number");
    if (magic != MAGIC) {
      throw cursor.error("file must begin with GGUF", 0, String.format("found=%08x", magic));
    }
    version = cursor.readInt("version");
    if (version != 2 && version != 3) {
      boolean bigEndian = (version & 0xFFFF) == 0 && version != 0;
      throw cursor.error(
          bigEndian ? "file must be little-endian" : "GGUF version must be 2 or 3",
          4,
          "version="
              + Integer.toUnsignedString(bigEndian ? Integer.reverseBytes(version) : version));
    }
  }

  private void parseEntry(int index) {
    long at = cursor.position();
    String key = cursor.readString("key " + index, MAX_NAME_BYTES);
    String what = "value of key " + key;
    GgufValueType type = parseType(what);
    boolean array = type == GgufValueType.ARRAY;
    int count = 1;
    if (array) {
      long elementTypeAt = cursor.position();
      type = parseType(what);
      if (type == GgufValueType.ARRAY) {
        throw cursor.error(what + " must not be an array of arrays", elementTypeAt, "type=ARRAY");
      }
      int least = type == GgufValueType.STRING ? 8 : type.bytes();
      count = (int) cursor.readCount("elements of key " + key, MAX_ARRAY, least);
    }
    long start = cursor.position();
    checkElements(type, count, what);
    GgufEntry entry = new GgufEntry(type, array, count, start, cursor.position());
    if (entries.put(key, entry) != null) {
      throw cursor.error("key must occur once", at, "key=" + key);
    }
  }

  private GgufValueType parseType(String what) {
    long at = cursor.position();
    int id = cursor.readInt("type of " + what);
    GgufValueType type = GgufValueType.ofId(id);
    if (type == null) {
      throw cursor.error(
          what + " must have a known type", at, "type=" + Integer.toUnsignedString(id));
    }
    return type;
  }

  private void checkElements(GgufValueType type, int count, String what) {
    switch (type) {
      case STRING -> {
        for (int i = 0; i < count; i++) {
          cursor.skipString(what, MAX_STRING_BYTES);
        }
      }
      case BOOL -> {
        for (int i = 0; i < count; i++) {
          long at = cursor.position();
          int value = cursor.readByte(what);
          if (value != 0 && value != 1) {
            throw cursor.error(what + " must be 0 or 1", at, "value=" + value);
          }
        }
      }
      default -> cursor.skip((long) count * type.bytes(), what);
    }
  }

  private void parseAlignment() {
    GgufEntry entry = entries.get(ALIGNMENT_KEY);
    if (entry == null) {
      return;
    }
    if (entry.array() || entry.type() != GgufValueType.UINT32) {
      throw cursor.error(
          ALIGNMENT_KEY + " must be a UINT32", entry.offset(), "type=" + typeName(entry));
    }
    long value = entry.integer(bytes, 0);
    if (value < 8 || value > MAX_ALIGNMENT || Long.bitCount(value) != 1) {
      throw cursor.error(
          ALIGNMENT_KEY + " must be a power of two in [8, " + MAX_ALIGNMENT + "]",
          entry.offset(),
          "value=" + value);
    }
    alignment = (int) value;
  }

  static String typeName(GgufEntry entry) {
    return entry.array() ? "ARRAY of " + entry.type() : entry.type().name();
  }

  private TensorInfo parseTensorInfo(int index) {
    long at = cursor.position();
    String name = cursor.readString("name of tensor " + index, MAX_NAME_BYTES);
    String what = "of tensor " + name;
    int dimensions = cursor.readInt("dimensions " + what);
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw cursor.error(
          "dimensions " + what + " must be in [1, " + MAX_DIMENSIONS + "]",
          at,
          "dimensions=" + Integer.toUnsignedString(dimensions));
    }
    long columns = size(what, Integer.MAX_VALUE);
    long rows = 1;
    for (int i = 1; i < dimensions; i++) {
      rows *= size(what, Long.MAX_VALUE / columns / rows);
    }
    int typeId = cursor.readInt("type " + what);
    QuantType type = QuantType.ofGgmlId(typeId);
    if (type == null) {
      throw cursor.error(
          "type " + what + " must be one of " + List.of(QuantType.values()),
          at,
          "type=" + QuantType.ggmlName(typeId));
    }
    if (columns % type.blockElements() != 0) {
      throw cursor.error(
          "columns " + what + " must be whole " + type + " blocks of " + type.blockElements(),
          at,
          "columns=" + columns);
    }
    long offset = cursor.readLong("offset " + what);
    return new TensorInfo(name, type, rows, (int) columns, offset, at);
  }

  /** One dimension; the limit keeps the product of all within a long. */
  private long size(String what, long limit) {
    long at = cursor.position();
    long size = cursor.readLong("shape " + what);
    if (size < 1 || size > limit) {
      throw cursor.error(
          "size " + what + " must be in [1, " + limit + "]",
          at,
          "size=" + Long.toUnsignedString(size));
    }
    return size;
  }

  private void addTensor(TensorInfo info, long dataStart) {
    long room = Math.max(0, bytes.byteSize() - dataStart);
    if (info.offset % alignment != 0) {
      throw cursor.error(
          "data offset of tensor " + info.name + " must be a multiple of " + alignment,
          info.infoAt,
          "data_offset=" + Long.toUnsignedString(info.offset));
    }
    // rows × columns fits a long; compare blocks rather than bytes, which might not
    long blocks = info.rows * (info.columns / info.type.blockElements());
    if (info.offset < 0
        || info.offset > room
        || blocks > (room - info.offset) / info.type.blockBytes()) {
      throw cursor.error(
          "data of tensor " + info.name + " must lie inside the file",
          info.infoAt,
          String.format(
              "type=%s, rows=%d, columns=%d, data_offset=%s, data_start=%d, file_bytes=%d",
              info.type,
              info.rows,
              info.columns,
              Long.toUnsignedString(info.offset),
              dataStart,
              bytes.byteSize()));
    }
    MemorySegment data = bytes.asSlice(dataStart + info.offset, info.bytes());
    GgufTensor tensor = new GgufTensor(info.name, info.type, info.rows, info.columns, data);
    if (tensors.put(info.name, tensor) != null) {
      throw cursor.error("tensor must occur once", info.infoAt, "tensor=" + info.name);
    }
  }

  private void refuseOverlaps(List<TensorInfo> infos) {
    @Nullable TensorInfo before = null;
    for (TensorInfo info :
        infos.stream().sorted(Comparator.comparingLong(TensorInfo::offset)).toList()) {
      if (before != null && info.offset < before.offset + before.bytes()) {
        throw cursor.error(
            "tensors must not overlap",
            info.infoAt,
            "tensor=" + info.name + ", overlaps=" + before.name);
      }
      before = info;
    }
  }

  /** Bytes from a position to the next multiple of an alignment. */
  static long padding(long position, int alignment) {
    return (alignment - position % alignment) % alignment;
  }

  /**
   * @param offset of the data, from the start of the data section
   * @param infoAt where in the file this is written
   */
  private record TensorInfo(
      String name, QuantType type, long rows, int columns, long offset, long infoAt) {
    long bytes() {
      return rows * type.bytes(columns);
    }
  }
}
