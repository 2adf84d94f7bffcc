package updraft.traces;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What holds of the spans of a request of one choice, in whatever back end they are. */
final class SpanRules {
  /** As a microsecond is all that some back ends keep. */
  private static final long ROUNDED_NANOS = 2_000;

  private static final Map<String, String> PARENTS =
      Map.of(
          "tokenize", "text_completion",
          "prefill_waiting", "text_completion",
          "prefill_forward", "text_completion",
          "decode_forward", "text_completion",
          "spec_draft", "decode_forward",
          "spec_verify", "decode_forward",
          "decode_loop", "decode_forward",
          "chunked_prefill", "prefill_forward",
          "text_completion", "POST /v1/completions");

  private SpanRules() {}

  private static String kind(SeenSpan span) {
    return span.name().startsWith("text_completion ") ? "text_completion" : span.name();
  }

  /** Names, parents, containment, order, and that every token is accounted for. */
  static void check(List<SeenSpan> spans, String method, int level, int completionTokens) {
    Map<String, SeenSpan> byId = new HashMap<>();
    spans.forEach(span -> byId.put(span.id(), span));
    assertThat(byId).hasSameSizeAs(spans);
    assertThat(spans.stream().map(SpanRules::kind).collect(Collectors.toSet()))
        .isEqualTo(names(method, level));
    for (SeenSpan span : spans) {
      assertThat(span.failed()).as(span.name()).isFalse();
      String expected = PARENTS.get(kind(span));
      SeenSpan parent = byId.get(span.parent());
      if (expected != null) {
        assertThat(parent).as("parent of " + span.name()).isNotNull();
        assertThat(kind(parent)).as("parent of " + span.name()).isEqualTo(expected);
      }
      if (parent != null) {
        assertThat(span.start() + ROUNDED_NANOS)
            .as(span.name())
            .isGreaterThanOrEqualTo(parent.start());
        assertThat(span.end() - ROUNDED_NANOS).as(span.name()).isLessThanOrEqualTo(parent.end());
      }
    }
    if (level >= 2 && !method.equals("off")) {
      countsAddUp(spans, completionTokens);
    }
  }

  /** Whatever ended a request: no span of it is missing, and what is below it lies within it. */
  static void checkEnded(List<SeenSpan> spans, String caller) {
    Map<String, SeenSpan> byId = new HashMap<>();
    spans.forEach(span -> byId.put(span.id(), span));
    for (SeenSpan span : spans) {
      if (!span.parent().equals(caller)) {
        assertThat(byId).as("parent of " + span.name()).containsKey(span.parent());
        SeenSpan parent = byId.get(span.parent());
        if (!kind(parent).equals("POST /v1/completions")) { // its client may have gone before
          assertThat(span.end() - ROUNDED_NANOS).as(span.name()).isLessThanOrEqualTo(parent.end());
        }
      }
    }
  }

  static void countsAddUp(List<SeenSpan> spans, int completionTokens) {
    long accepted = 0;
    long rounds = 0;
    for (SeenSpan span : spans) {
      if (span.name().equals("spec_verify")) {
        accepted += span.number("accepted_tokens");
        rounds++;
      }
    }
    assertThat(accepted + rounds).isEqualTo(completionTokens - 1);
  }

  private static Set<String> names(String method, int level) {
    Set<String> names = new TreeSet<>();
    if (level >= 1) {
      names.addAll(
          Set.of(
              "POST /v1/completions",
              "text_completion",
              "tokenize",
              "prefill_waiting",
              "prefill_forward",
              "decode_forward"));
    }
    if (level >= 2 && !method.equals("off")) {
      names.addAll(Set.of("spec_draft", "spec_verify"));
    }
    if (level >= 3) {
      names.addAll(Set.of("decode_loop", "chunked_prefill"));
      if (!method.equals("off")) {
        names.add("spec_draft_extend");
      }
    }
    return names;
  }
}
