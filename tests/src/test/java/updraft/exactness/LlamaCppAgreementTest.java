package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult.Choice;
import updraft.request.TokenLogprob;

/**
 * SmolLM2's greedy answers beside llama.cpp's, recorded in {@code llama-cpp-greedy.json}. The two
 * round differently, so they part where the two likeliest tokens are nearly alike, and only there.
 */
@Tag("smollm2")
class LlamaCppAgreementTest {
  /** Tokens from the start that should agree. */
  private static final int AGREED = 16;

  private static final int LEAST_AGREEING = 10;

  /** Log-probabilities further apart than this are not a matter of rounding. */
  private static final float MARGIN = 0.5f;

  /** Chat prompts of the benchmark, which the model was trained to answer. */
  @Test
  void answersToChatAgreeFromTheStart() throws Exception {
    List<String> partings = partings("cases");
    assertThat(12 - partings.size()).as("%s", partings).isGreaterThanOrEqualTo(LEAST_AGREEING);
  }

  /**
   * Bare beginnings of texts, where a small chat model is often of two minds: 7 of 12 agreed when
   * this was written, and the others parted at margins from 0.02 to 0.14.
   */
  @Test
  void bareTextsPartOnlyWhereTwoTokensAreNearlyAlike() throws Exception {
    assertThat(partings("raw_cases")).hasSizeLessThan(12);
  }

  /** Where answers part, each checked to be a near tie. */
  private List<String> partings(String cases) throws Exception {
    String file = System.getProperty("updraft.test.smollm2", "");
    Assumptions.assumeTrue(
        Files.isRegularFile(Path.of(file)), "-Dupdraft.test.smollm2 must name SmolLM2's file");
    List<String> partings = new ArrayList<>();
    try (InputStream golden =
            getClass().getResourceAsStream("/updraft/exactness/llama-cpp-greedy.json");
        Engine engine =
            Engine.open(EngineOptions.builder(Path.of(file)).calibrate(false).build())) {
      for (JsonNode recorded : JsonMapper.shared().readTree(golden).get(cases)) {
        int[] prompt = ints(recorded.get("prompt_ids"));
        assertThat(
                engine.encode(
                    recorded.get("prompt").asString(), recorded.get("special").asBoolean()))
            .isEqualTo(prompt);
        Choice ours =
            engine
                .generate(
                    GenerateRequest.builder(prompt)
                        .maxTokens(AGREED)
                        .ignoreEos(true)
                        .logprobs(2)
                        .build())
                .choices()
                .getFirst();
        int[] theirs = ints(recorded.get("greedy"));
        for (int i = 0; i < AGREED; i++) {
          if (ours.tokens().get(i) != theirs[i]) {
            TokenLogprob there = ours.logprobs().get(i);
            float margin = there.top().get(0).logprob() - there.top().get(1).logprob();
            String start = recorded.get("prompt").asString();
            partings.add(
                start.substring(Math.max(0, start.length() - 60))
                    + " at "
                    + i
                    + ", margin "
                    + margin);
            assertThat(there.top().get(1).token()).as(partings.getLast()).isEqualTo(theirs[i]);
            assertThat(margin).as(partings.getLast()).isLessThan(MARGIN);
            break;
          }
        }
      }
    }
    return partings;
  }

  private static int[] ints(JsonNode array) {
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).asInt();
    }
    return ints;
  }
}
