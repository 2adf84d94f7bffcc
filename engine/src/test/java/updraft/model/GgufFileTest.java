package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static updraft.model.GgufValueType.ARRAY;
import static updraft.model.GgufValueType.BOOL;
import static updraft.model.GgufValueType.INT16;
import static updraft.model.GgufValueType.INT32;
import static updraft.model.GgufValueType.INT64;
import static updraft.model.GgufValueType.INT8;
import static updraft.model.GgufValueType.STRING;
import static updraft.model.GgufValueType.UINT16;
import static updraft.model.GgufValueType.UINT32;
import static updraft.model.GgufValueType.UINT64;
import static updraft.model.GgufValueType.UINT8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = directory.resolve("model.gguf");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void readsEveryValueType(int version) throws IOException {
    new GgufWriter()
        .version(version)
        .string("text", "naïve\n文字")
        .string("empty", "")
        .bool("yes", true)
        .integer("u8", UINT8, 255)
        .integer("i8", INT8, -128)
        .integer("u16", UINT16, 65535)
        .integer("i16", INT16, -32768)
        .integer("u32", UINT32, 0xFFFF_FFFFL)
        .integer("i32", INT32, Integer.MIN_VALUE)
        .integer("u64", UINT64, -1)
        .integer("i64", INT64, Long.MIN_VALUE)
        .float32("f32", 1.5f)
        .float64("f64", -2.25)
        .strings("words", List.of("a", "", "βγ"))
        .integers("bytes", UINT8, 0, 127, 255)
        .integers("shorts", INT16, -1, 2)
        .float32s("floats", 1, -0.5f)
        .integers("none", INT32)
        .write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.version()).isEqualTo(version);
      assertThat(file.string("text")).isEqualTo("naïve\n文字");
      assertThat(file.string("empty")).isEmpty();
      assertThat(file.bool("yes")).isTrue();
      assertThat(file.integer("u8")).isEqualTo(255);
      assertThat(file.integer("i8")).isEqualTo(-128);
      assertThat(file.integer("u16")).isEqualTo(65535);
      assertThat(file.integer("i16")).isEqualTo(-32768);
      assertThat(file.longInteger("u32")).isEqualTo(0xFFFF_FFFFL);
      assertThat(file.integer("i32")).isEqualTo(Integer.MIN_VALUE);
      assertThat(file.longInteger("i64")).isEqualTo(Long.MIN_VALUE);
      assertThat(file.real("f32")).isEqualTo(1.5f);
      assertThat(file.real("f64")).isEqualTo(-2.25f);
      assertThat(file.strings("words")).containsExactly("a", "", "βγ");
      assertThat(file.integers("bytes")).containsExactly(0, 127, 255);
      assertThat(file.integers("shorts")).containsExactly(-1, 2);
      assertThat(file.reals("floats")).containsExactly(1, -0.5f);
      assertThat(file.integers("none")).isEmpty();
      assertThat(file.arrayLength("words")).isEqualTo(3);
      assertThat(file.display("u64")).isEqualTo("18446744073709551615");
      assertThat(file.display("words")).isEqualTo("STRING[3]");
      assertThat(file.keys()).startsWith("text", "empty", "yes").hasSize(18);
    }
  }

  @Test
  void givesDefaultsForAbsentKeysOnly() throws IOException {
    new GgufWriter().uint32("a", 7).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.integer("a", 1)).isEqualTo(7);
      assertThat(file.integer("b", 1)).isEqualTo(1);
      assertThat(file.string("b", "x")).isEqualTo("x");
      assertThat(file.real("b", 2)).isEqualTo(2);
      assertThat(file.bool("b", true)).isTrue();
      assertThat(file.contains("b")).isFalse();
      assertThatThrownBy(() -> file.string("a", "x"))
          .isInstanceOf(GgufException.class)
          .hasMessage("key must be a STRING: file=%s, key=a, offset=37, type=UINT32", path);
      assertThatThrownBy(() -> file.integer("b"))
          .hasMessage("key must be present: file=%s, key=b", path);
      assertThatThrownBy(() -> file.tensor("t"))
          .hasMessage("tensor must be present: file=%s, tensor=t", path);
    }
  }

  @Test
  void refusesIntegersThatDoNotFit() throws IOException {
    new GgufWriter().uint32("a", 0xFFFF_FFFFL).integer("b", UINT64, -1).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThatThrownBy(() -> file.integer("a"))
          .hasMessage(
              "key must be in [-2147483648, 2147483647]: file=%s, key=a, offset=37,"
                  + " value=4294967295",
              path);
      assertThatThrownBy(() -> file.longInteger("b"))
          .hasMessageContaining("key=b, offset=54, value=18446744073709551615");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void readsTensorsOfEveryType(QuantType type) throws IOException {
    new GgufWriter()
        .alignment(64)
        .tensor("odd", QuantType.F16, 3, 1, (row, target) -> target[0] = row)
        .tensor("matrix", type, 3, 512, GgufFileTest::fill)
        .tensor("vector", QuantType.F32, 1, 2, (row, target) -> target[1] = 5)
        .write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.alignment()).isEqualTo(64);
      assertThat(file.tensors())
          .extracting(GgufTensor::name)
          .containsExactly("odd", "matrix", "vector");
      assertThat(file.tensor("vector").toFloats()).containsExactly(0, 5);
      assertThat(file.tensor("odd").toFloats()).containsExactly(0, 1, 2);
      GgufTensor matrix = file.tensor("matrix");
      assertThat(matrix.rows()).isEqualTo(3);
      assertThat(matrix.columns()).isEqualTo(512);
      assertThat(matrix.data().address() % 64).isZero();
      float[] row = new float[513];
      matrix.dequantizeRow(2, row, 1);
      float[] expected = new float[512];
      fill(2, expected);
      for (int i = 0; i < 512; i++) {
        assertThat(row[i + 1]).isBetween(expected[i] - 0.3f, expected[i] + 0.3f);
      }
      assertThatThrownBy(() -> matrix.dequantizeRow(3, row, 0))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("row must be in [0, 3): tensor=matrix, row=3");
    }
  }

  private static void fill(long row, float[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = ((row * 31 + i * 7) % 33 - 16) / 8f;
    }
  }

  @Test
  void foldsFurtherDimensionsIntoRows() throws IOException {
    RawGguf.header(1, 0).tensor("t", 0, 0, 2, 3, 4).align(32).zeros(96).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.tensor("t").rows()).isEqualTo(12);
      assertThat(file.tensor("t").columns()).isEqualTo(2);
    }
  }

  @Test
  void acceptsAFileOfMetadataAlone() throws IOException {
    RawGguf.header(0, 1).key("a", UINT8).int8(3).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.integer("a")).isEqualTo(3);
      assertThat(file.tensors()).isEmpty();
    }
  }

  @Test
  void closesTwice() throws IOException {
    GgufFile file = GgufFile.open(RawGguf.header(0, 0).write(path));
    file.close();
    file.close();
  }

  @Test
  void refusesWhatIsNoFile() {
    refuses("model must be a file", "found=no such file");
    path = directory;
    refuses("model must be a file", "found=not a regular file");
  }

  @Test
  void refusesOtherFormats() throws IOException {
    new RawGguf().write(path);
    refuses("magic number must lie inside the file", "offset=0, bytes=4, file_bytes=0");
    new RawGguf().int32(0x04034b50).write(path);
    refuses("file must begin with GGUF", "offset=0, found=04034b50");
    new RawGguf().int32(GgufParser.MAGIC).int32(1).write(path);
    refuses("GGUF version must be 2 or 3", "offset=4, version=1");
    new RawGguf().int32(GgufParser.MAGIC).int32(0x03000000).write(path);
    refuses("file must be little-endian", "offset=4, version=3");
  }

  @Test
  void refusesCountsBeyondLimitsOrFile() throws IOException {
    RawGguf.header(0, -1).write(path);
    refuses("key count must be in [0, 65536]", "offset=16, count=18446744073709551615");
    RawGguf.header(0, 2).zeros(20).write(path);
    refuses("key count must fit in the file", "offset=16, count=2, file_bytes=44");
    RawGguf.header(1L << 60, 0).write(path);
    refuses("tensor count must be in [0, 65536]", "offset=8, count=1152921504606846976");
    RawGguf.header(0, 1).key("k", ARRAY).int32(8).int64(4_000_000).write(path);
    refuses("elements of key k must fit in the file", "offset=41, count=4000000, file_bytes=49");
    RawGguf.header(0, 1).key("k", ARRAY).int32(0).int64(1L << 62).write(path);
    refuses("elements of key k must be in [0, 4194304]", "offset=41, count=4611686018427387904");
  }

  @Test
  void refusesStringsBeyondTheFile() throws IOException {
    RawGguf.header(0, 1).int64(100).zeros(13).write(path);
    refuses("length of key 0 must fit in the file", "offset=24, count=100, file_bytes=45");
    RawGguf.header(0, 1).key("k", STRING).int64(5).zeros(4).write(path);
    refuses("length of value of key k must fit in the file", "offset=37, count=5, file_bytes=49");
  }

  @Test
  void refusesUnknownAndNestedTypes() throws IOException {
    RawGguf.header(0, 1).string("k").int32(13).zeros(9).write(path);
    refuses("value of key k must have a known type", "offset=33, type=13");
    RawGguf.header(0, 1).key("k", ARRAY).int32(9).int64(1).zeros(20).write(path);
    refuses("value of key k must not be an array of arrays", "offset=37, type=ARRAY");
    RawGguf.header(0, 1).key("k", BOOL).int8(2).write(path);
    refuses("value of key k must be 0 or 1", "offset=37, value=2");
  }

  @Test
  void refusesDuplicates() throws IOException {
    RawGguf.header(0, 2).key("k", UINT8).int8(1).key("k", UINT8).int8(1).write(path);
    refuses("key must occur once", "offset=38, key=k");
    RawGguf.header(2, 0).tensor("t", 0, 0, 8).tensor("t", 0, 32, 8).align(32).zeros(64).write(path);
    refuses("tensor must occur once", "offset=57, tensor=t");
  }

  @Test
  void refusesBadAlignment() throws IOException {
    RawGguf.header(0, 1).key("general.alignment", UINT32).int32(24).write(path);
    refuses("general.alignment must be a power of two in [8, 1048576]", "offset=53, value=24");
    RawGguf.header(0, 1).key("general.alignment", INT32).int32(32).write(path);
    refuses("general.alignment must be a UINT32", "offset=53, type=INT32");
  }

  @Test
  void refusesBadTensors() throws IOException {
    RawGguf.header(1, 0).tensor("t", 0, 0).write(path);
    refuses("dimensions of tensor t must be in [1, 4]", "offset=24, dimensions=0");
    RawGguf.header(1, 0).tensor("t", 16, 0, 256).write(path);
    refuses(
        "type of tensor t must be one of [F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K,"
            + " Q5_K, Q6_K, I64]",
        "offset=24, type=IQ2_XXS");
    RawGguf.header(1, 0).tensor("t", 99, 0, 256).write(path);
    refusesContaining("offset=24, type=99");
    RawGguf.header(1, 0).tensor("t", 2, 0, 33).write(path);
    refuses("columns of tensor t must be whole Q4_0 blocks of 32", "offset=24, columns=33");
    RawGguf.header(1, 0).tensor("t", 0, 0, 0).write(path);
    refuses("size of tensor t must be in [1, 2147483647]", "offset=37, size=0");
    RawGguf.header(1, 0).tensor("t", 0, 0, 1 << 30, 1L << 32, 2).write(path);
    refuses("size of tensor t must be in [1, 1]", "offset=53, size=2");
  }

  @Test
  void refusesTensorDataOutsideTheFile() throws IOException {
    RawGguf.header(1, 0).tensor("t", 0, 0, 8, 4).align(32).zeros(127).write(path);
    refuses(
        "data of tensor t must lie inside the file",
        "offset=24, type=F32, rows=4, columns=8, data_offset=0, data_start=96, file_bytes=223");
    RawGguf.header(1, 0).tensor("t", 0, -32, 8).align(32).zeros(64).write(path);
    refusesContaining("data_offset=18446744073709551584");
    RawGguf.header(1, 0).tensor("t", 0, 0, 1 << 30, 1L << 32).align(32).zeros(64).write(path);
    refusesContaining("data of tensor t must lie inside the file");
    RawGguf.header(1, 0).tensor("t", 0, 16, 8).align(32).zeros(64).write(path);
    refuses("data offset of tensor t must be a multiple of 32", "offset=24, data_offset=16");
    RawGguf.header(2, 0).tensor("b", 0, 32, 8).tensor("a", 0, 0, 9).align(32).zeros(64).write(path);
    refuses("tensors must not overlap", "offset=24, tensor=b, overlaps=a");
  }

  @Test
  void keepsErrorsOnOneLine() throws IOException {
    RawGguf.header(0, 1).string("a\nb\r\u2028").int32(99).zeros(9).write(path);
    refuses("value of key a\\u000ab\\u000d\\u2028 must have a known type", "offset=39, type=99");
    new GgufWriter().string("general.architecture", "x".repeat(100_000)).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThatThrownBy(() -> ModelConfig.of(file))
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
    }
  }

  private void refuses(String constraint, String details) {
    assertThatThrownBy(() -> GgufFile.open(path))
        .isInstanceOf(GgufException.class)
        .hasMessage("%s: file=%s, %s", constraint, path, details);
  }

  private void refusesContaining(String text) {
    assertThatThrownBy(() -> GgufFile.open(path))
        .isInstanceOf(GgufException.class)
        .hasMessageContaining(text);
  }
}
