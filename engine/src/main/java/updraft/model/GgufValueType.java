package updraft.model;

import org.jspecify.annotations.Nullable;

/** Type of a metadata value in a GGUF file. */
public enum GgufValueType {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 0),
  ARRAY(9, 0),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  private final int id;
  private final int bytes;

  GgufValueType(int id, int bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  /** The number by which files name this type. */
  int id() {
    return id;
  }

  /** Bytes of a value, or 0 when its length is stored with it. */
  int bytes() {
    return bytes;
  }

  boolean isInteger() {
    return bytes > 0 && !isFloat() && this != BOOL;
  }

  boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64;
  }

  static @Nullable GgufValueType ofId(int id) {
    for (GgufValueType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }
}
