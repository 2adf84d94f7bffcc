package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8StreamTest {

  @Test
  void holdsACharacterBackUntilItIsWhole() {
    for (String character :
        new String[] {
          "é", "€", "😀", "\u0800", "\ud7ff", "\ue000", "\uffff", "𐀀", "\udbff\udfff"
        }) {
      byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
      for (int cut = 1; cut < bytes.length; cut++) {
        Utf8Stream stream = new Utf8Stream();
        assertThat(stream.append(Arrays.copyOf(bytes, cut))).isEmpty();
        assertThat(stream.append(Arrays.copyOfRange(bytes, cut, bytes.length)))
            .isEqualTo(character);
        assertThat(stream.finish()).isEmpty();
      }
      Utf8Stream stream = new Utf8Stream();
      StringBuilder text = new StringBuilder();
      for (byte b : bytes) {
        assertThat(text).isEmpty();
        text.append(stream.append(new byte[] {b}));
      }
      assertThat(text).hasToString(character);
    }
  }

  @Test
  void emptyPiecesChangeNothing() {
    Utf8Stream stream = new Utf8Stream();
    assertThat(stream.append(new byte[0])).isEmpty();
    assertThat(stream.append(new byte[] {(byte) 0xC3})).isEmpty();
    assertThat(stream.append(new byte[0])).isEmpty();
    assertThat(stream.append(new byte[] {(byte) 0xA9})).isEqualTo("é");
    assertThat(stream.finish()).isEmpty();
  }

  @Test
  void whatNeverEndsIsReplacedAtTheEnd() {
    Utf8Stream stream = new Utf8Stream();
    assertThat(stream.append(new byte[] {'a', (byte) 0xF0, (byte) 0x9F})).isEqualTo("a");
    assertThat(stream.finish()).isEqualTo("\ufffd");
    assertThat(stream.finish()).isEmpty();
    assertThat(stream.append(new byte[] {'b'})).isEqualTo("b");
  }

  @Test
  void malformedBytesAreReplacedAtOnce() {
    Utf8Stream stream = new Utf8Stream();
    assertThat(stream.append(new byte[] {(byte) 0x80})).isEqualTo("\ufffd");
    assertThat(stream.append(new byte[] {(byte) 0xFF, 'a'})).isEqualTo("\ufffda");
    assertThat(stream.append(new byte[] {(byte) 0xE0, (byte) 0x80, 'b'}))
        .isEqualTo("\ufffd\ufffdb");
    assertThat(stream.append(new byte[] {(byte) 0xC3, 'x'})).isEqualTo("\ufffdx");
    assertThat(stream.append(new byte[] {(byte) 0xC3})).isEmpty();
    assertThat(stream.append(new byte[] {'x'})).isEqualTo("\ufffdx");
  }

  @Test
  void anyBytesInAnyPiecesReadAsTheWhole() {
    Random random = new Random(41);
    int[] leads = {
      0x41, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF, 0x9F,
      0xA0, 0x90, 0x8F
    };
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(1, 16)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] =
            (byte)
                (random.nextBoolean() ? leads[random.nextInt(leads.length)] : random.nextInt(256));
      }
      assertThat(inPieces(bytes, random)).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  @Test
  void wellFormedTextNeverShowsHalfACharacter() {
    Random random = new Random(43);
    for (int round = 0; round < 5_000; round++) {
      String text = RandomText.of(random).replace('\ufffd', '?');
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      Utf8Stream stream = new Utf8Stream();
      StringBuilder read = new StringBuilder();
      for (int from = 0; from < bytes.length; ) {
        int to = Math.min(bytes.length, from + random.nextInt(4));
        String piece = stream.append(Arrays.copyOfRange(bytes, from, to));
        assertThat(piece).doesNotContain("\ufffd");
        assertThat(text).startsWith(read.append(piece).toString());
        from = to;
      }
      assertThat(read).hasToString(text);
    }
  }

  @Test
  void allocatesTheStringsAlone() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[][] pieces = {" the".getBytes(StandardCharsets.UTF_8), {(byte) 0xC3}, {(byte) 0xA9}, {}};
    Utf8Stream stream = new Utf8Stream();
    int rounds = 10_000;
    long before = threads.getCurrentThreadAllocatedBytes();
    int chars = 0;
    for (int i = 0; i < rounds; i++) {
      for (byte[] piece : pieces) {
        chars += stream.append(piece).length();
      }
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(chars).isEqualTo(5 * rounds);
    // two strings a round, 48 bytes each with their contents, and the decoder's copy of the second
    assertThat(allocated / rounds).isLessThan(160);
  }

  private static String inPieces(byte[] bytes, Random random) {
    Utf8Stream stream = new Utf8Stream();
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + random.nextInt(5));
      text.append(stream.append(Arrays.copyOfRange(bytes, from, to)));
      from = to;
    }
    return text.append(stream.finish()).toString();
  }
}
