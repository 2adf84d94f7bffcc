package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;

class TracingTest {
  private static final List<String> LEVEL_1 =
      List.of(
          "text_completion tiny",
          "tokenize",
          "prefill_waiting",
          "prefill_forward",
          "decode_forward");

  @Test
  void emitsTheStagesOfARequestInOrder() {
    try (TraceHarness t = new TraceHarness(1)) {
      t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(t.names()).isEqualTo(LEVEL_1);
    }
  }

  @Test
  void levelTwoAddsRounds() {
    try (TraceHarness t = new TraceHarness(2)) {
      t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(t.names())
          .startsWith(LEVEL_1.toArray(new String[0]))
          .endsWith("spec_draft", "spec_verify", "spec_draft", "spec_verify")
          .hasSize(9);
    }
  }

  private static GenerateRequest.Builder tokenized() {
    return TraceHarness.request().trace(TraceRequest.NONE.withTokenizeNanos(500_000));
  }
}
