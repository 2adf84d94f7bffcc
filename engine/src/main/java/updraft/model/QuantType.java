package updraft.model;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a tensor's elements are stored: blocks of a fixed number of elements along a row. The names
 * and ids are ggml's.
 */
public enum QuantType {
  F32(0, 1, 4, new FloatCodecs.F32()),
  F16(1, 1, 2, new FloatCodecs.F16()),
  BF16(30, 1, 2, new FloatCodecs.BF16()),
  Q8_0(8, 32, 34, new BlockCodecs.Q8_0()),
  Q4_0(2, 32, 18, new BlockCodecs.Q4_0()),
  Q4_1(3, 32, 20, new BlockCodecs.Q4_1()),
  Q5_0(6, 32, 22, new BlockCodecs.Q5_0()),
  Q5_1(7, 32, 24, new BlockCodecs.Q5_1()),
  Q4_K(12, 256, 144, new SuperBlockCodecs.Q45K(false)),
  Q5_K(13, 256, 176, new SuperBlockCodecs.Q45K(true)),
  Q6_K(14, 256, 210, new SuperBlockCodecs.Q6K()),
  /** Integers, such as maps between vocabularies; no matrix is made of them. */
  I64(27, 1, 8, new IntegerCodec());

  private static final Map<Integer, String> OTHER_GGML_TYPES =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  private final int ggmlId;
  private final int blockElements;
  private final int blockBytes;

  @SuppressWarnings("ImmutableEnumChecker") // codecs have no state
  private final BlockCodec codec;

  QuantType(int ggmlId, int blockElements, int blockBytes, BlockCodec codec) {
    this.ggmlId = ggmlId;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.codec = codec;
  }

  /** The number by which files name this type. */
  public int ggmlId() {
    return ggmlId;
  }

  /** The type with this number, or null if it is none of these. */
  static @Nullable QuantType ofGgmlId(int id) {
    for (QuantType type : values()) {
      if (type.ggmlId == id) {
        return type;
      }
    }
    return null;
  }

  /** A type's name for an error message: also of those that are not supported. */
  static String ggmlName(int id) {
    QuantType type = ofGgmlId(id);
    String name = type != null ? type.name() : OTHER_GGML_TYPES.get(id);
    return name != null ? name : Integer.toUnsignedString(id);
  }

  /** Elements of a block; a row is a whole number of blocks. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of this many elements, a multiple of {@link #blockElements}.
   *
   * @throws ArithmeticException if they are more than a long counts
   */
  public long bytes(long elements) {
    requireBlocks(elements);
    return Math.multiplyExact(elements / blockElements, blockBytes);
  }

  /**
   * Turns stored elements into floats, exactly as ggml's reference code does. Allocates nothing.
   *
   * @param byteOffset where the first block begins; need not be aligned
   * @param elements a multiple of {@link #blockElements}
   */
  public void dequantize(
      MemorySegment source, long byteOffset, float[] target, int targetOffset, int elements) {
    requireBlocks(elements);
    long at = byteOffset;
    for (int i = targetOffset; i < targetOffset + elements; i += blockElements) {
      codec.decode(source, at, target, i);
      at += blockBytes;
    }
  }

  /**
   * Stores floats, rounding to the nearest level. For test models and exports: right, but not
   * optimised for size of error or for speed.
   *
   * @param source finite values
   * @param elements a multiple of {@link #blockElements}
   */
  public void quantize(
      float[] source, int sourceOffset, MemorySegment target, long byteOffset, int elements) {
    requireBlocks(elements);
    long at = byteOffset;
    for (int i = sourceOffset; i < sourceOffset + elements; i += blockElements) {
      codec.encode(source, i, target, at);
      at += blockBytes;
    }
  }

  private void requireBlocks(long elements) {
    if (elements < 0 || elements % blockElements != 0) {
      throw new IllegalArgumentException(
          name() + " elements must be whole blocks of " + blockElements + ": elements=" + elements);
    }
  }
}
