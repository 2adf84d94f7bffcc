package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {
  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = directory.resolve("model.gguf");
  }

  @Test
  void copiesTensorsAsStored() throws IOException {
    Path copy = directory.resolve("copy.gguf");
    new GgufWriter().tensor("t", QuantType.Q4_K, 5, 256, GgufWriterTest::fill).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      new GgufWriter().tensor(file.tensor("t")).write(copy);
    }
    assertThat(copy).hasSameBinaryContentAs(path);
  }

  @Test
  void leavesNothingBehindWhenWritingFails() throws IOException {
    GgufWriter writer =
        new GgufWriter()
            .tensor(
                "t",
                QuantType.F32,
                1,
                1,
                (row, target) -> {
                  throw new IllegalStateException("no row");
                });
    assertThatThrownBy(() -> writer.write(path)).hasMessage("no row");
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  private static void fill(long row, float[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = row - i / 32f;
    }
  }

  @Test
  void replacesAnOlderFileAndAKeyGivenAgain() throws IOException {
    new GgufWriter().string("a", "old").write(path);
    new GgufWriter().string("a", "older").uint32("a", 2).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.integer("a")).isEqualTo(2);
    }
  }

  @Test
  void refusesWhatNoReaderWouldTake() {
    GgufWriter writer = new GgufWriter().tensor("t", QuantType.F32, 1, 1, (row, target) -> {});
    assertThatThrownBy(() -> writer.version(1)).hasMessage("version must be 2 or 3: version=1");
    assertThatThrownBy(() -> writer.alignment(24))
        .hasMessage("alignment must be a power of two of at least 8: alignment=24");
    assertThatThrownBy(() -> writer.integer("k", GgufValueType.BOOL, 1))
        .hasMessage("type must be an integer's: type=BOOL");
    assertThatThrownBy(() -> writer.tensor("t", QuantType.F32, 1, 1, (row, target) -> {}))
        .hasMessage("tensor must be given once: tensor=t");
    assertThatThrownBy(() -> writer.tensor("u", QuantType.Q8_0, 1, 33, (row, target) -> {}))
        .hasMessage("Q8_0 elements must be whole blocks of 32: elements=33");
  }
}
