package updraft.model;

import org.jspecify.annotations.Nullable;

/** Type of a metadata value in a GGUF file; an id is the constant's ordinal. */
public enum GgufValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(0),
  ARRAY(0),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final GgufValueType[] BY_ID = values();

  private final int bytes;

  GgufValueType(int bytes) {
    this.bytes = bytes;
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
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }
}
