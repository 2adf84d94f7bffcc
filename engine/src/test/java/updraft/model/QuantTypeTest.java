package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

class QuantTypeTest {
  static List<String> goldenDecoded() throws IOException {
    return goldens("decode ");
  }

  static List<String> goldenEncoded() throws IOException {
    return goldens("encode ");
  }

  private static List<String> goldens(String kind) throws IOException {
    try (InputStream in = QuantTypeTest.class.getResourceAsStream("golden-blocks.txt")) {
      String text =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().filter(line -> line.startsWith(kind)).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenDecoded")
  void decodesAsGgmlDoes(String golden) {
    String[] fields = golden.split(" ");
    QuantType type = QuantType.valueOf(fields[1]);
    byte[] block = HexFormat.of().parseHex(fields[2]);
    int elements = block.length / type.blockBytes() * type.blockElements();

    float[] decoded = new float[elements];
    type.dequantize(MemorySegment.ofArray(block), 0, decoded, 0, elements);

    String[] ends = fields[4].split(",");
    for (int i = 0; i < 4; i++) {
      assertThat(decoded[i]).isEqualTo(Float.parseFloat(ends[i]));
      assertThat(decoded[elements - 4 + i]).isEqualTo(Float.parseFloat(ends[4 + i]));
    }
    assertThat(HexFormat.of().toHexDigits((int) checksum(decoded))).isEqualTo(fields[3]);
  }

  private static long checksum(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    CRC32 crc = new CRC32();
    crc.update(bytes.array());
    return crc.getValue();
  }

  @ParameterizedTest
  @MethodSource("goldenEncoded")
  void encodesSimpleFormatsAsGgmlDoes(String golden) {
    String[] fields = golden.split(" ");
    QuantType type = QuantType.valueOf(fields[1]);
    float[] values = new float[32];
    for (int i = 0; i < 32; i++) {
      values[i] = ((i * 37 + 11) % 64 - 29) / 16f * 1.1f;
    }
    byte[] block = new byte[(int) type.bytes(32)];

    type.quantize(values, 0, MemorySegment.ofArray(block), 0, 32);

    assertThat(HexFormat.of().formatHex(block)).isEqualTo(fields[2]);
  }

  /** Half a step, of a range of 2 × 4 split into the levels that the type has. */
  private static float tolerance(QuantType type) {
    return switch (type) {
      case F32, I64 -> 0;
      case F16 -> 4 * 0x1p-11f;
      case BF16 -> 4 * 0x1p-8f;
      case Q8_0 -> 4f / 127 / 2 * 1.1f;
      case Q6_K -> 4f / 32 * 1.1f; // here and below, one end of the range is a level short
      case Q5_0 -> 4f / 16 * 1.1f;
      case Q5_1, Q5_K -> 8f / 31 / 2 * 1.3f;
      case Q4_0 -> 4f / 8 * 1.1f;
      case Q4_1, Q4_K -> 8f / 15 / 2 * 1.3f;
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void decodesNearWhatWasEncoded(QuantType type) {
    SplittableRandom random = new SplittableRandom(11);
    int elements = 4 * 256;
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = random.nextFloat(-4, 4);
    }
    float[] decoded = roundTrip(type, values);
    for (int i = 0; i < elements; i++) {
      assertThat(decoded[i]).isCloseTo(values[i], within(tolerance(type)));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void keepsZeros(QuantType type) {
    for (float decoded : roundTrip(type, new float[256])) {
      assertThat(decoded == 0).isTrue(); // of either sign
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void keepsOneValueOfEitherSign(QuantType type) {
    for (float value : new float[] {1, -1}) {
      float[] values = new float[256];
      Arrays.fill(values, value);
      for (float decoded : roundTrip(type, values)) {
        assertThat(decoded).isCloseTo(value, within(0.04f));
      }
    }
  }

  private static float[] roundTrip(QuantType type, float[] values) {
    MemorySegment stored = MemorySegment.ofArray(new byte[(int) type.bytes(values.length)]);
    type.quantize(values, 0, stored, 0, values.length);
    float[] decoded = new float[values.length];
    type.dequantize(stored, 0, decoded, 0, values.length);
    return decoded;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void readsFromAndWritesToAnyOffset(QuantType type) {
    float[] values = new float[512 + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 29 % 101 - 50) / 8f;
    }
    float[] expected = roundTrip(type, Arrays.copyOfRange(values, 3, 3 + 512));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocate(type.bytes(512) + 1);
      type.quantize(values, 3, stored, 1, 512);
      float[] decoded = new float[512 + 5];
      type.dequantize(stored, 1, decoded, 5, 512);
      assertThat(Arrays.copyOfRange(decoded, 5, decoded.length)).isEqualTo(expected);
      assertThat(Arrays.copyOf(decoded, 5)).containsOnly(0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "F16", "BF16", "I64"})
  void refusesPartOfABlock(QuantType type) {
    int elements = type.blockElements() + 1;
    assertThatThrownBy(() -> type.bytes(elements))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s elements must be whole blocks of %d: elements=%d",
            type, type.blockElements(), elements);
  }
}
