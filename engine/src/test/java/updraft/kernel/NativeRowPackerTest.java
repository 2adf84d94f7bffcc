package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.model.GgufTensor;
import updraft.model.PackedMatrix;
import updraft.model.QuantType;
import updraft.model.RandomTensor;
import updraft.model.Repacker;
import updraft.model.WeightException;

class NativeRowPackerTest {

  @BeforeEach
  void needsTheLibrary() {
    assumeTrue(NativeLibrary.problem() == null, NativeLibrary.problem());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void packsTheSameBitsAsJava(QuantType type) {
    for (int lanes : new int[] {4, 8, 16}) {
      for (int rows : new int[] {1, 7, 16, 33}) {
        GgufTensor a = RandomTensor.of(type, rows, 512, rows);
        GgufTensor b = RandomTensor.of(type, 5, 512, rows + 1);
        assertSame(lanes, List.of(a, b));
      }
    }
  }

  /**
   * Any bits at all: both take them, with the same result, or both refuse them in the same words.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void packsTheSameOfRandomBits(QuantType type) {
    SplittableRandom random = new SplittableRandom(type.ordinal());
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      byte[] bytes = new byte[(int) (3 * type.bytes(256))];
      random.nextBytes(bytes);
      if (round % 2 == 0) {
        for (int at = 1; at < bytes.length; at++) {
          bytes[at] &= (byte) 0xa7; // most halves are small and finite
        }
      }
      refused += assertSame(8, List.of(tensor(type, 3, 256, bytes))) ? 0 : 1;
    }
    assertThat(refused).isLessThan(300);
  }

  /** The minimum of Q4_0 is -8 times its scale, as a half. */
  @Test
  void packsEveryScaleAsJavaDoes() {
    for (int scale = 0; scale < 1 << 16; scale++) {
      byte[] bytes = new byte[(int) QuantType.Q4_0.bytes(32)];
      bytes[0] = (byte) scale;
      bytes[1] = (byte) (scale >> 8);
      assertSame(4, List.of(tensor(QuantType.Q4_0, 1, 32, bytes)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void packsOddColumnsOfFloats(QuantType type) {
    assertSame(4, List.of(RandomTensor.of(type, 5, 37, 1)));
  }

  @Test
  void refusesRowsThatDoNotFit() {
    GgufTensor tensor = RandomTensor.of(QuantType.Q8_0, 4, 64, 1);
    PackedMatrix small = PackedMatrix.zeros(PackedMatrix.Kind.Q8, 3, 64, 4);
    assertThatThrownBy(() -> new NativeRowPacker().pack(tensor, 0, 4, small, 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("packed rows must fit their matrix: tensor=random, rows=0…4 of 3");
  }

  private static GgufTensor tensor(QuantType type, int rows, int columns, byte[] bytes) {
    MemorySegment data = MemorySegment.ofArray(new byte[bytes.length]);
    MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return new GgufTensor("bits", type, rows, columns, data);
  }

  /** Returns whether the tensors were taken. */
  private static boolean assertSame(int lanes, List<GgufTensor> tensors) {
    Repacker ours = new Repacker(lanes, new NativeRowPacker());
    int[] expected;
    try {
      expected = new Repacker(lanes).stack(tensors).words();
    } catch (WeightException e) {
      assertThatThrownBy(() -> ours.stack(tensors))
          .isInstanceOf(WeightException.class)
          .hasMessage(e.getMessage());
      return false;
    }
    assertThat(ours.stack(tensors).words()).isEqualTo(expected);
    return true;
  }
}
