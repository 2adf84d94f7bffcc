package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static updraft.schedule.ServedEngine.EOS;
import static updraft.schedule.ServedEngine.VOCABULARY;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.request.SpeculationOptions;
import updraft.schedule.SchedulerExactnessTest.Sampling;
import updraft.schedule.ServedEngine.Served;
import updraft.speculate.NgramDrafter;

/** Answers bound to a grammar: they match it, and drafting does not show in them. */
class SchedulerGrammarTest {
  /** Long answers of a pattern, in which n-grams return. */
  private static final String GRAMMAR =
      """
      root ::= block{3,9} "z"
      block ::= vowel+ consonant{1,2} | "[" num "]"
      vowel ::= [aeiou]
      consonant ::= "b" | "d" | "é"
      num ::= [23] [0-9]
      """;

  private static final String PATTERN = "([aeiou]+(b|d|é){1,2}|\\[[23][0-9]\\]){3,9}z";

  @ParameterizedTest
  @CsvSource({"GREEDY, 0", "GREEDY, 0.6", "GREEDY, 1", "NUCLEUS, 0.8", "PENALTIES, 0.9"})
  void anyTreeGivesTheSameTokens(Sampling sampling, double hitRate) {
    int stopped = 0;
    for (int seed = 0; seed < 12; seed++) {
      ScriptedDrafter drafter = new ScriptedDrafter(seed, hitRate, VOCABULARY);
      try (ServedEngine engine = setup().drafter(drafter).open()) {
        GenerateRequest request =
            request(prompt(seed, 5 + 7 * seed))
                .maxTokens(90)
                .ignoreEos(false)
                .grammar(GRAMMAR)
                .sampling(sampling.options)
                .speculation(SpeculationOptions.NGRAM.withNodes(1 + 5 * seed))
                .build();
        engine.tell(drafter, request);
        Served served = engine.serve(request);
        engine.assertExact(served);
        if (served.reason() == FinishReason.STOP) {
          assertThat(served.choice().text()).matches(PATTERN);
          assertThat(served.tokens().getLast()).isEqualTo(EOS);
          stopped++;
        }
        if (hitRate == 1 && seed > 0) {
          assertThat(served.result().speculation().acceptLength()).isGreaterThan(1.5);
        }
        engine.assertNothingLeft();
      }
    }
    assertThat(stopped).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void theNgramDrafterGivesTheSameTokens(Sampling sampling) {
    try (ServedEngine engine = setup().drafter(new NgramDrafter()).open()) {
      int accepted = 0;
      for (int seed = 0; seed < 5; seed++) {
        Served served =
            engine.serve(
                request(prompt(seed, 30))
                    .maxTokens(150)
                    .ignoreEos(false)
                    .grammar("root ::= (\"ab\" [cd] \"ef\" | \"x\"{1,4})*")
                    .sampling(sampling.options)
                    .build());
        engine.assertExact(served);
        accepted += served.result().speculation().accepted();
      }
      assertThat(accepted).as("accepted").isGreaterThan(sampling == Sampling.GREEDY ? 0 : -1);
      engine.assertNothingLeft();
    }
  }

  @Test
  void draftsThatTheGrammarRefusesCostNoRow() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0, VOCABULARY);
    try (ServedEngine engine = setup().drafter(drafter).open()) {
      GenerateRequest request =
          request(prompt(3, 8)).ignoreEos(false).grammar("root ::= \"abcdefghij\"").build();
      Served served = engine.serve(request);
      assertThat(served.choice().text()).isEqualTo("abcdefghij");
      assertThat(drafter.draftedNodes()).isGreaterThan(20);
      // of three random children none but the one right token may stay
      assertThat(served.result().speculation().drafted()).isLessThan(5);
    }
  }

  @Test
  void neighboursWithOtherGrammarsAndPreemptionDoNotMatter() {
    ScriptedDrafter drafter = new ScriptedDrafter(5, 0.7, VOCABULARY);
    try (ServedEngine engine = setup().pages(14).maxSequences(4).drafter(drafter).open()) {
      Served[] all = new Served[8];
      for (int i = 0; i < all.length; i++) {
        GenerateRequest request =
            request(prompt(i, 20 + i))
                .maxTokens(60)
                .choices(1 + i % 2)
                .ignoreEos(i % 4 == 3)
                .grammar(i % 4 == 3 ? null : i % 2 == 0 ? GRAMMAR : "root ::= [a-z]* | \"é\"*")
                .sampling(Sampling.values()[i % 3].options)
                .build();
        engine.tell(drafter, request);
        all[i] = engine.submit(request);
      }
      engine.run();
      for (Served served : all) {
        engine.assertExact(served);
      }
      engine.assertNothingLeft();
    }
  }

  @Test
  void aGrammarThatNoTokenContinuesFailsItsRequestAlone() {
    try (ServedEngine engine = setup().open()) {
      Served stuck =
          engine.submit(request(1, 2).ignoreEos(false).grammar("root ::= \"A\"").build());
      Served other = engine.submit(request(1, 2, 3).build());
      engine.run();
      assertThat(stuck.reason()).isEqualTo(FinishReason.ERROR);
      assertThat(stuck.choice().error())
          .isEqualTo("a grammar must let some token of the vocabulary follow");
      engine.assertExact(other);
      engine.assertNothingLeft();
    }
  }

  @Test
  void badGrammarsAreRefusedOnSubmission() {
    try (ServedEngine engine = setup().open()) {
      assertThatThrownBy(
              () -> engine.submit(request(1).ignoreEos(false).grammar("root ::= (").build()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageStartingWith(") is missing");
      assertThatThrownBy(() -> request(1).grammar("root ::= \"a\"").build())
          .isInstanceOf(InvalidRequestException.class)
          .hasMessage("ignore_eos must be false when a grammar says where the answer ends");
      engine.assertNothingLeft();
    }
  }
}
