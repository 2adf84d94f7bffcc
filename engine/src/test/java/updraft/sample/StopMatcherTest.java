package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
  @Test
  void passesTextOnWhenThereIsNothingToStopAt() {
    StopMatcher matcher = new StopMatcher(List.of());
    assertThat(matcher.append("as it comes")).isEqualTo("as it comes");
    assertThat(matcher.finish()).isEmpty();
    assertThat(matcher.matched()).isFalse();
  }

  @Test
  void findsAStopStringAcrossPieces() {
    StopMatcher matcher = new StopMatcher(List.of("###"));
    assertThat(matcher.append("one #")).isEqualTo("one ");
    assertThat(matcher.append("#")).isEmpty();
    assertThat(matcher.matched()).isFalse();
    assertThat(matcher.append("# two")).isEmpty();
    assertThat(matcher.matched()).isTrue();
    assertThat(matcher.append("more")).isEmpty();
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void passesOnWhatTurnsOutNotToBeAStopString() {
    StopMatcher matcher = new StopMatcher(List.of("\n\nUser:"));
    assertThat(matcher.append("a\n")).isEqualTo("a");
    assertThat(matcher.append("\n")).isEmpty();
    assertThat(matcher.append("\nUse")).isEqualTo("\n"); // the last two may yet begin it
    assertThat(matcher.append("ful")).isEqualTo("\n\nUseful");
    assertThat(matcher.append(" U\n")).isEqualTo(" U");
    assertThat(matcher.finish()).isEqualTo("\n");
    assertThat(matcher.matched()).isFalse();
  }

  @Test
  void endsAtTheFirstToEndAndOfThoseAtTheLongest() {
    StopMatcher first = new StopMatcher(List.of("abcd", "bc"));
    assertThat(first.append("xabcd")).isEqualTo("xa");
    StopMatcher longest = new StopMatcher(List.of("c", "abc", "bc"));
    assertThat(longest.append("xab")).isEqualTo("x");
    assertThat(longest.append("c")).isEmpty();
    assertThat(longest.matched()).isTrue();
  }

  @Test
  void keepsCharactersOutsideTheBasicPlaneWhole() {
    StopMatcher matcher = new StopMatcher(List.of("\uD83D\uDE00"));
    assertThat(matcher.append("a\uD83D\uDE01")).isEqualTo("a\uD83D\uDE01");
    assertThat(matcher.append("b\uD83D\uDE00")).isEqualTo("b");
    assertThat(matcher.matched()).isTrue();
  }

  @Test
  void refusesAnEmptyStopString() {
    assertThatThrownBy(() -> new StopMatcher(List.of("a", "")))
        .hasMessage("stop must not hold an empty string");
  }

  @Test
  void agreesWithSearchingTheWholeTextHoweverItIsSplit() {
    Random random = new Random(1);
    int stopped = 0;
    for (int round = 0; round < 20_000; round++) {
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        stops.add(randomText(random, 1 + random.nextInt(6)));
      }
      String text = randomText(random, random.nextInt(40));
      StopMatcher matcher = new StopMatcher(stops);
      StringBuilder shown = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int end = Math.min(text.length(), at + random.nextInt(5));
        shown.append(matcher.append(text.substring(at, end)));
        at = end;
        String whole = naive(text.substring(0, at), stops);
        assertThat(whole == null ? text.substring(0, at) : whole).startsWith(shown);
        if (whole == null) {
          // no more is held back than a stop string may need
          assertThat(at - shown.length()).isEqualTo(longestBeginning(text.substring(0, at), stops));
        }
      }
      shown.append(matcher.finish());
      String expected = naive(text, stops);
      assertThat(matcher.matched()).as("%s in %s", stops, text).isEqualTo(expected != null);
      assertThat(shown.toString()).isEqualTo(expected == null ? text : expected);
      stopped += expected == null ? 0 : 1;
    }
    assertThat(stopped).isBetween(2_000, 18_000);
  }

  /** A text of a's keeps every automaton busy falling back; quadratic work would take minutes. */
  @Test
  void takesTimeLinearInTheText() {
    String stop = "a".repeat(50_000) + "b";
    StopMatcher matcher = new StopMatcher(List.of(stop, stop + "c"));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 200; i++) {
            matcher.append("a".repeat(5_000));
          }
        });
    assertThat(matcher.append("b")).isEmpty();
    assertThat(matcher.matched()).isTrue();
  }

  /** The text before the stop string, or null when there is none. */
  private static @Nullable String naive(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      int longest = 0;
      for (String stop : stops) {
        if (text.substring(0, end).endsWith(stop)) {
          longest = Math.max(longest, stop.length());
        }
      }
      if (longest > 0) {
        return text.substring(0, end - longest);
      }
    }
    return null;
  }

  private static int longestBeginning(String text, List<String> stops) {
    int longest = 0;
    for (String stop : stops) {
      for (int length = 1; length < stop.length(); length++) {
        if (text.endsWith(stop.substring(0, length))) {
          longest = Math.max(longest, length);
        }
      }
    }
    return longest;
  }

  private static String randomText(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }
}
