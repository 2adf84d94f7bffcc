package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file damaged in any way opens as a model or is refused in one line; nothing else happens. */
class GgufFuzzTest {
  private static final int MUTATIONS = 6000;

  /** A mutation may enlarge what is decoded, but only within what the small file holds. */
  private static final long MAX_BYTES_EACH = 1 << 20;

  private static final long[] HOSTILE = {
    0,
    1,
    2,
    31,
    32,
    33,
    255,
    256,
    1 << 16,
    1 << 22,
    1 << 24,
    Integer.MAX_VALUE,
    0x8000_0000L,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -32
  };

  @TempDir Path directory;
  private byte[] valid = new byte[0];
  private int indexBytes;

  @BeforeEach
  void writeValidFile() throws IOException {
    Path path =
        SyntheticModel.builder(Architecture.QWEN3)
            .layers(1)
            .hiddenSize(32)
            .heads(2, 1)
            .headSize(16)
            .feedForwardSize(32)
            .vocabularySize(SyntheticVocabulary.LEAST_SIZE + 5)
            .matrices(QuantType.Q4_0)
            .ropeScaling(new RopeScaling.Linear(2))
            .write(directory.resolve("valid.gguf"));
    valid = Files.readAllBytes(path);
    try (GgufFile file = GgufFile.open(path)) {
      int dataBytes = file.tensors().stream().mapToInt(t -> (int) t.data().byteSize()).sum();
      indexBytes = valid.length - dataBytes;
    }
  }

  @Test
  void damagedFilesAreRefusedInOneLine() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      refused += isRefused(mutate(random), "mutation " + i) ? 1 : 0;
    }
    // damage to names and weights goes unseen; most of the rest must not
    assertThat(refused).isBetween(MUTATIONS / 2, MUTATIONS - 1);
  }

  @Test
  void everyTruncationOfTheIndexIsRefused() throws IOException {
    for (int length = 0; length < indexBytes; length += 7) {
      assertThat(isRefused(Arrays.copyOf(valid, length), "length " + length)).isTrue();
    }
    assertThat(isRefused(Arrays.copyOf(valid, valid.length - 64), "data")).isTrue();
    assertThat(isRefused(valid, "whole")).isFalse();
  }

  private byte[] mutate(RandomGenerator random) {
    byte[] bytes = valid.clone();
    int at = random.nextInt(indexBytes - 8);
    return switch (random.nextInt(5)) {
      case 0 -> {
        for (int flips = random.nextInt(1, 9); flips > 0; flips--) {
          bytes[random.nextInt(indexBytes)] ^= (byte) (1 << random.nextInt(8));
        }
        yield bytes;
      }
      case 1 -> Arrays.copyOf(bytes, random.nextInt(valid.length));
      case 2 -> {
        ByteBuffer.wrap(bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(plausibleField(random), HOSTILE[random.nextInt(HOSTILE.length)]);
        yield bytes;
      }
      case 3 -> { // a run of the file over another place
        int length = random.nextInt(1, 200);
        int from = random.nextInt(valid.length - length);
        System.arraycopy(valid, from, bytes, Math.min(at, valid.length - length), length);
        yield bytes;
      }
      default -> { // a run cut out
        int length = random.nextInt(1, 100);
        System.arraycopy(bytes, at + length, bytes, at, bytes.length - at - length);
        yield Arrays.copyOf(bytes, bytes.length - length);
      }
    };
  }

  /** Where a small integer begins: a count, length, type or size rather than text. */
  private int plausibleField(RandomGenerator random) {
    ByteBuffer bytes = ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN);
    while (true) {
      int at = random.nextInt(8, indexBytes - 8);
      long value = bytes.getLong(at);
      if (value >= 0 && value < 100_000) {
        return at;
      }
    }
  }

  /** Opens a file as far as the engine does and reads all of it. */
  private boolean isRefused(byte[] bytes, String label) throws IOException {
    Path path = Files.write(directory.resolve("damaged.gguf"), bytes);
    long before = allocated();
    boolean refused = false;
    try (GgufFile file = GgufFile.open(path)) {
      file.keys().forEach(file::display);
      ModelWeights weights = ModelWeights.of(file, ModelConfig.of(file));
      float[] row = new float[weights.tokenEmbedding().columns()];
      weights.tokenEmbedding().dequantizeRow(0, row, 0);
      file.strings("tokenizer.ggml.tokens");
      file.integers("tokenizer.ggml.token_type");
    } catch (GgufException e) {
      refused = true;
      assertThat(e.getMessage())
          .as(label)
          .contains("file=" + path)
          .doesNotContain("\n", "\r")
          .hasSizeLessThan(800);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(label + " gave a stray exception", e);
    }
    assertThat(allocated() - before).as(label).isLessThan(MAX_BYTES_EACH);
    return refused;
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
