package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpecialTokensTest {

  @Test
  void longestSpellingAnywhereGoesFirst() {
    assertThat(cut("abcd", "ab", "bcd")).containsExactly("a", "<bcd>");
    assertThat(cut("[x][y]", "[x]", "[x][y]")).containsExactly("<[x][y]>");
    assertThat(cut("[x][y", "[x]", "[x][y]")).containsExactly("<[x]>", "[y");
    assertThat(cut("aaaaa", "aa")).containsExactly("<aa>", "<aa>", "a");
    assertThat(cut("abcab", "ab", "abcd", "bc")).containsExactly("<ab>", "c", "<ab>");
  }

  @Test
  void cutsLikeTheSearchOfOneSpellingAfterAnother() {
    Random random = new Random(31);
    for (int round = 0; round < 400; round++) {
      List<String> spellings = new ArrayList<>();
      // each length once: llama.cpp leaves the order among equals open
      for (int length = 2; length <= 6; length++) {
        if (random.nextInt(3) > 0) {
          spellings.add(letters(random, length));
        }
      }
      String text = letters(random, random.nextInt(1, 60));
      assertThat(cut(text, spellings.toArray(String[]::new)))
          .as("text=%s, spellings=%s", text, spellings)
          .isEqualTo(oneAfterAnother(text, spellings));
    }
  }

  /** Longest first, each spelling is searched in what the ones before left over. */
  private static List<String> oneAfterAnother(String text, List<String> spellings) {
    List<String> parts = List.of(text);
    List<String> ordered = new ArrayList<>(spellings);
    ordered.sort(Comparator.comparing(String::length).reversed());
    for (String spelling : ordered) {
      List<String> next = new ArrayList<>();
      for (String part : parts) {
        if (part.startsWith("<")) {
          next.add(part);
          continue;
        }
        int from = 0;
        for (int at = part.indexOf(spelling); at >= 0; at = part.indexOf(spelling, from)) {
          if (at > from) {
            next.add(part.substring(from, at));
          }
          next.add("<" + spelling + ">");
          from = at + spelling.length();
        }
        if (from < part.length()) {
          next.add(part.substring(from));
        }
      }
      parts = next;
    }
    return parts;
  }

  @Test
  void refusesASpellingOfUnreasonableLength() {
    VocabularyFile file = VocabularyFile.bpe("gpt-2").token("x".repeat(513), Vocabulary.CONTROL);
    assertThatThrownBy(file::load)
        .isInstanceOf(UnsupportedTokenizerException.class)
        .hasMessageContaining("a special token must have at most 512 characters: file=")
        .hasMessageContaining("token=256, characters=513");
  }

  /** The parts of a text, those that are special tokens in angle brackets. */
  private static List<String> cut(String text, String... spellings) {
    VocabularyFile file = VocabularyFile.bpe("gpt-2");
    for (String spelling : spellings) {
      file.token(spelling, Vocabulary.CONTROL);
    }
    Tokenizer tokenizer = file.load();
    List<String> parts = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    for (int token : tokenizer.encode(text, true)) {
      String piece = tokenizer.piece(token);
      if (tokenizer.isControl(token)) {
        flush(plain, parts);
        parts.add("<" + piece + ">");
      } else {
        plain.append(piece);
      }
    }
    flush(plain, parts);
    return parts;
  }

  private static void flush(StringBuilder plain, List<String> parts) {
    if (!plain.isEmpty()) {
      parts.add(plain.toString());
      plain.setLength(0);
    }
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }
}
