package uk.ac.manchester.tornado.api.types.arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.HalfFloat;

class NativeArrayTest {

  @Test
  void everyTypeKeepsItsExtremes() {
    assertThat(FloatArray.fromElements(Float.MIN_VALUE, -0f).toHeapArray())
        .containsExactly(Float.MIN_VALUE, -0f);
    assertThat(IntArray.fromElements(Integer.MIN_VALUE, 7).get(0)).isEqualTo(Integer.MIN_VALUE);
    assertThat(ByteArray.fromElements((byte) -128, (byte) 127).get(0)).isEqualTo((byte) -128);
    assertThat(Int8Array.fromArray(new byte[] {-1}).get(0)).isEqualTo((byte) -1);
    assertThat(ShortArray.fromElements(Short.MIN_VALUE).get(0)).isEqualTo(Short.MIN_VALUE);
    assertThat(LongArray.fromElements(Long.MAX_VALUE).get(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(DoubleArray.fromElements(Math.PI).get(0)).isEqualTo(Math.PI);
    assertThat(HalfFloatArray.fromElements(new HalfFloat(65504f)).get(0).getFloat32())
        .isEqualTo(65504f);
  }

  @Test
  void aShallowArraySharesTheSegmentBehindItsHeader() {
    MemorySegment segment = Arena.ofAuto().allocate(16 + 12, 16);
    segment.set(ValueLayout.JAVA_FLOAT, 16 + 4, 2.5f);
    FloatArray array = FloatArray.fromSegmentShallow(segment);
    assertThat(array.getSize()).isEqualTo(3);
    assertThat(array.get(1)).isEqualTo(2.5f);
    array.set(2, 7f);
    assertThat(segment.get(ValueLayout.JAVA_FLOAT, 16 + 8)).isEqualTo(7f);
    assertThat(segment.get(ValueLayout.JAVA_INT, 0)).isEqualTo(3);
  }

  @Test
  void aCopyOfASegmentIsItsOwn() {
    MemorySegment segment = Arena.ofAuto().allocate(8, 8);
    IntArray array = IntArray.fromSegment(segment);
    segment.set(ValueLayout.JAVA_INT, 0, 5);
    assertThat(array.getSize()).isEqualTo(2);
    assertThat(array.get(0)).isZero();
    assertThatThrownBy(() -> IntArray.fromSegment(segment.asSlice(0, 6)))
        .hasMessageContaining("bytes=6, bytes of an element=4");
  }

  @Test
  void arraysJoinAndSplit() {
    IntArray all = IntArray.concat(IntArray.fromElements(1, 2), IntArray.fromElements(3));
    assertThat(all.toHeapArray()).containsExactly(1, 2, 3);
    assertThat(all.slice(1, 2).toHeapArray()).containsExactly(2, 3);
    assertThatThrownBy(() -> all.slice(2, 2)).hasMessageContaining("offset=2, length=2, size=3");
  }

  @Test
  void indicesAreChecked() {
    LongArray array = new LongArray(2);
    assertThatThrownBy(() -> array.get(-1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("index=-1, size=2");
    assertThatThrownBy(() -> array.set(2, 1L)).hasMessageContaining("index=2, size=2");
  }
}
