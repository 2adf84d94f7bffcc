package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.model.PackedMatrix.Kind;

class RepackerTest {

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void losesNothing(QuantType type) {
    for (int lanes : new int[] {4, 8, 16}) {
      for (int rows : new int[] {1, 7, 16, 33}) {
        GgufTensor tensor = RandomTensor.of(type, rows, 512, rows);
        assertSameRows(new Repacker(lanes).pack(tensor), tensor, 0);
      }
    }
  }

  /** Every bit pattern of the integers, with scales of any size and sign. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void losesNothingOfRandomBits(QuantType type) {
    SplittableRandom random = new SplittableRandom(type.ordinal());
    byte[] bytes = new byte[(int) (20 * type.bytes(1024))];
    random.nextBytes(bytes);
    for (int at = 1; at < bytes.length; at += 2) {
      // no 16-bit float has the largest exponent, wherever it stands
      if ((bytes[at] & 0x7c) == 0x7c || (bytes[at - 1] & 0x7c) == 0x7c) {
        bytes[at] &= (byte) 0xbb;
        bytes[at - 1] &= (byte) 0xbb;
      }
      if (type == QuantType.Q4_0) {
        bytes[at] &= (byte) 0xaf; // eight times a scale must be finite too
        bytes[at - 1] &= (byte) 0xaf;
      }
    }
    GgufTensor tensor = new GgufTensor("bits", type, 20, 1024, MemorySegment.ofArray(bytes));
    assertSameRows(new Repacker(8).pack(tensor), tensor, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void packsOddColumnsOfFloats(QuantType type) {
    GgufTensor tensor = RandomTensor.of(type, 5, 37, 1);
    assertSameRows(new Repacker(4).pack(tensor), tensor, 0);
  }

  @Test
  void stacksRowsThatMeetWithinAGroup() {
    GgufTensor query = RandomTensor.of(QuantType.Q4_K, 13, 256, 1);
    GgufTensor key = RandomTensor.of(QuantType.Q4_K, 2, 256, 2);
    GgufTensor value = RandomTensor.of(QuantType.Q4_K, 20, 256, 3);
    PackedMatrix packed = new Repacker(8).stack(List.of(query, key, value));
    assertThat(packed.rows()).isEqualTo(35);
    assertThat(packed.groups()).isEqualTo(5);
    assertSameRows(packed, query, 0);
    assertSameRows(packed, key, 13);
    assertSameRows(packed, value, 15);
  }

  @Test
  void takesHardlyMoreMemoryThanTheFile() {
    GgufTensor tensor = RandomTensor.of(QuantType.Q4_1, 64, 576, 1);
    assertThat(new Repacker(16).pack(tensor).bytes()).isEqualTo(tensor.data().byteSize());
    GgufTensor halves = RandomTensor.of(QuantType.F16, 64, 576, 1);
    assertThat(new Repacker(16).pack(halves).bytes()).isEqualTo(halves.data().byteSize());
  }

  @Test
  void refusesToStackWhatDoesNotFit() {
    GgufTensor a = RandomTensor.of(QuantType.Q4_0, 4, 64, 1);
    GgufTensor b = RandomTensor.of(QuantType.Q4_1, 4, 64, 1);
    assertThat(new Repacker(4).stackable(List.of(a, b))).isFalse();
    assertThatThrownBy(() -> new Repacker(4).stack(List.of(a, b)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stacked tensors must have equal type and columns");
  }

  @Test
  void refusesMatrixBeyondAnArray() {
    // the file's bytes are never touched
    MemorySegment huge = MemorySegment.NULL.reinterpret((1L << 22) * QuantType.Q8_0.bytes(4096));
    GgufTensor tensor = new GgufTensor("output.weight", QuantType.Q8_0, 1 << 22, 4096, huge);
    assertThatThrownBy(() -> new Repacker(16).pack(tensor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a matrix must have fewer than 2^31 words:"
                + " words=4831838208, rows=4194304, columns=4096");
  }

  @Test
  void refusesScaleThatIsNotFinite() {
    GgufTensor tensor = RandomTensor.of(QuantType.Q4_1, 3, 64, 1);
    tensor.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * tensor.rowBytes(), (short) 0x7e00);
    assertThatThrownBy(() -> new Repacker(4).pack(tensor))
        .hasMessageContaining("scales must be finite")
        .hasMessageContaining("tensor=random, row=2");
  }

  @Test
  void padsTheLastGroupWithZeros() {
    GgufTensor tensor = RandomTensor.of(QuantType.Q8_0, 5, 32, 1);
    PackedMatrix packed = new Repacker(4).pack(tensor);
    assertThat(packed.kind()).isEqualTo(Kind.Q8);
    for (int lane = 1; lane < 4; lane++) {
      for (int word = 0; word < packed.kind().words(); word++) {
        assertThat(packed.words()[packed.start(4, 0) + word * 4 + lane]).isZero();
      }
    }
    assertThatThrownBy(() -> packed.dequantizeRow(5, new float[32], 0))
        .hasMessageContaining("row must be in [0, 5): row=5");
  }

  private static void assertSameRows(PackedMatrix packed, GgufTensor tensor, int firstRow) {
    float[] expected = new float[tensor.columns()];
    float[] actual = new float[tensor.columns() + 3];
    for (int row = 0; row < tensor.rows(); row++) {
      tensor.dequantizeRow(row, expected, 0);
      packed.dequantizeRow(firstRow + row, actual, 3);
      for (int k = 0; k < expected.length; k++) {
        if (Float.isNaN(expected[k]) ? !Float.isNaN(actual[k + 3]) : expected[k] != actual[k + 3]) {
          assertThat(actual[k + 3]).as("row %d, column %d", row, k).isEqualTo(expected[k]);
        }
      }
    }
  }
}
