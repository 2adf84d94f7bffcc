package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static updraft.schedule.ServedEngine.EOS;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.request.TokenEvent;
import updraft.schedule.ServedEngine.Served;

/** How requests end, and what their listeners hear. */
class SchedulerEndingsTest {

  @Test
  void eventsComeInOrderAndTheirTextIsTheAnswer() {
    try (ServedEngine engine = setup().open()) {
      for (int seed = 0; seed < 8; seed++) {
        Served served =
            engine.serve(
                request(prompt(seed, 12)).choices(3).stop(List.of("zzz")).maxTokens(50).build());
        for (int choice = 0; choice < 3; choice++) {
          int index = choice;
          List<TokenEvent> events =
              served.events.stream().filter(event -> event.choice() == index).toList();
          assertThat(events.getLast()).isInstanceOf(TokenEvent.Finished.class);
          assertThat(events.subList(0, events.size() - 1))
              .allMatch(event -> event instanceof TokenEvent.Token);
          assertThat(tokens(events)).isEqualTo(served.result().choices().get(choice).tokens());
          assertThat(text(events)).isEqualTo(served.result().choices().get(choice).text());
          assertThat(text(events))
              .isEqualTo(
                  engine.tokenizer.decode(array(served.result().choices().get(choice).tokens())));
        }
      }
    }
  }

  @Test
  void withoutAListenerTheAnswerIsTheSame() {
    try (ServedEngine engine = setup().open()) {
      for (int seed = 0; seed < 8; seed++) {
        GenerateRequest request =
            request(prompt(seed, 12))
                .ignoreEos(seed % 2 == 0)
                .stop(seed % 3 == 0 ? List.of("a", "[3") : List.of())
                .build();
        Served served = engine.serve(request);
        Generation silent = engine.scheduler.submit(request);
        engine.run();
        assertThat(silent.result().join().choices()).isEqualTo(served.result().choices());
      }
    }
  }

  @Test
  void stopsAtAnEndOfSequenceUnlessToldToGoOn() {
    try (ServedEngine engine = setup().open()) {
      SamplingOptions likely = SamplingOptions.builder().logitBias(Map.of(EOS, 4.5f)).build();
      GenerateRequest.Builder builder = request(prompt(2, 9)).sampling(likely).maxTokens(30);
      Served stopped = engine.serve(builder.ignoreEos(false).build());
      engine.assertExact(stopped);
      assertThat(stopped.reason()).isEqualTo(FinishReason.STOP);
      assertThat(stopped.tokens()).endsWith(EOS).hasSizeLessThan(30);
      assertThat(stopped.choice().text()).doesNotContain("[39]");
      Served on = engine.serve(builder.ignoreEos(true).build());
      assertThat(on.reason()).isEqualTo(FinishReason.LENGTH);
      assertThat(on.tokens()).hasSize(30).startsWith(stopped.tokens().toArray(Integer[]::new));
      engine.assertNothingLeft();
    }
  }

  @Test
  void maxTokensIsExactWhateverIsDrafted() {
    for (int most = 1; most < 20; most++) {
      ScriptedDrafter drafter = new ScriptedDrafter(most, 1, ServedEngine.VOCABULARY);
      try (ServedEngine engine = setup().drafter(drafter).open()) {
        GenerateRequest request = request(prompt(3, 14)).maxTokens(most).build();
        engine.tell(drafter, request(prompt(3, 14)).maxTokens(60).build());
        Served served = engine.serve(request);
        engine.assertExact(served);
        assertThat(served.tokens()).hasSize(most);
        assertThat(served.reason()).isEqualTo(FinishReason.LENGTH);
        engine.assertNothingLeft();
      }
    }
  }

  @Test
  void stopStringsEndAnAnswerAcrossTokenBordersAndWithinADraft() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 1, ServedEngine.VOCABULARY);
    try (ServedEngine engine = setup().drafter(drafter).open()) {
      GenerateRequest.Builder builder = request(prompt(8, 20)).maxTokens(60);
      engine.tell(drafter, builder.build());
      Served whole = engine.serve(builder.build());
      String text = whole.choice().text();
      for (int from = 0; from + 4 < text.length(); from += 3) {
        String stop = text.substring(from, from + 4);
        int at = text.indexOf(stop);
        Served served = engine.serve(builder.stop(List.of("never", stop)).build());
        assertThat(served.reason()).isEqualTo(FinishReason.STOP);
        assertThat(served.choice().text()).isEqualTo(text.substring(0, at));
        assertThat(text(served.events)).isEqualTo(served.choice().text());
        String shown = engine.tokenizer.decode(array(served.tokens()));
        assertThat(shown).contains(stop);
        int before = served.tokens().size() - 1;
        assertThat(engine.tokenizer.decode(array(served.tokens().subList(0, before))))
            .as("ends with the token that completes it")
            .doesNotContain(stop);
      }
      engine.assertNothingLeft();
    }
  }

  @Test
  void reportsLogprobsOfEachToken() {
    try (ServedEngine engine = setup().open()) {
      Served served = engine.serve(request(prompt(4, 11)).logprobs(3).maxTokens(25).build());
      engine.assertExact(served);
      var logprobs = served.choice().logprobs();
      assertThat(logprobs).hasSize(25);
      for (int i = 0; i < 25; i++) {
        assertThat(logprobs.get(i).token()).isEqualTo(served.tokens().get(i));
        assertThat(logprobs.get(i).top()).hasSize(3);
        assertThat(logprobs.get(i).top().getFirst().token()).isEqualTo(served.tokens().get(i));
        assertThat(logprobs.get(i).logprob()).isNegative();
        assertThat(((TokenEvent.Token) served.events.get(i)).logprob()).isEqualTo(logprobs.get(i));
      }
      assertThat(engine.serve(request(prompt(4, 11)).build()).choice().logprobs()).isNull();
    }
  }

  @Test
  void cancellationTakesEffectWithinAStep() {
    try (ServedEngine engine = setup().open()) {
      Served served = engine.submit(request(prompt(1, 20)).maxTokens(500).build());
      Served neighbour = engine.submit(request(prompt(2, 20)).build());
      engine.steps(5);
      int heard = served.events.size();
      assertThat(heard).isGreaterThan(3);
      served.generation.cancel();
      engine.steps(1);
      assertThat(served.reason()).isEqualTo(FinishReason.ABORT);
      assertThat(served.choice().error()).isEqualTo("cancelled by the caller");
      assertThat(served.events).hasSize(heard + 1);
      assertThat(served.tokens()).hasSize(heard).isEqualTo(tokens(served.events));
      engine.run();
      engine.assertExact(neighbour);
      engine.assertNothingLeft();
    }
  }

  @Test
  void cancellationReachesPromptsSiblingsAndTheQueue() {
    try (ServedEngine engine = setup().maxSequences(2).prefillChunk(4).open()) {
      Served prefilling = engine.submit(request(prompt(1, 90)).choices(4).build());
      Served queued = engine.submit(request(prompt(2, 20)).choices(2).build());
      engine.steps(3);
      queued.generation.cancel();
      prefilling.generation.cancel();
      engine.steps(1);
      for (Served served : List.of(prefilling, queued)) {
        assertThat(served.result().choices())
            .hasSize(served.generation.request().choices())
            .allMatch(choice -> choice.reason() == FinishReason.ABORT)
            .allMatch(choice -> choice.tokens().isEmpty());
        assertThat(served.events).hasSize(served.generation.request().choices());
      }
      engine.assertNothingLeft();
    }
  }

  @Test
  void aDeadlineEndsARequestWhereverItIs() {
    try (ServedEngine engine = setup().maxSequences(1).open()) {
      Duration timeout = Duration.ofSeconds(2);
      Served running =
          engine.submit(request(prompt(1, 20)).maxTokens(900).timeout(timeout).build());
      Served queued = engine.submit(request(prompt(2, 20)).timeout(timeout).build());
      Served patient = engine.submit(request(prompt(3, 20)).timeout(Duration.ofDays(1)).build());
      engine.steps(4);
      engine.clock.advance(Duration.ofSeconds(3));
      engine.steps(1);
      assertThat(running.reason()).isEqualTo(FinishReason.ABORT);
      assertThat(running.choice().error()).isEqualTo("timeout passed: timeout=PT2S");
      assertThat(running.tokens()).isNotEmpty();
      assertThat(queued.reason()).isEqualTo(FinishReason.ABORT);
      assertThat(queued.tokens()).isEmpty();
      engine.run();
      engine.assertExact(patient);
      engine.assertNothingLeft();
    }
  }

  @Test
  void aFullQueueRefusesAndWhatWasAcceptedIsServed() {
    try (ServedEngine engine = setup().queueCapacity(3).maxSequences(2).traceLevel(3).open()) {
      List<Served> accepted = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        accepted.add(engine.submit(request(prompt(i, 10)).build()));
      }
      assertThatThrownBy(() -> engine.submit(request(prompt(9, 10)).build()))
          .isInstanceOf(QueueFullException.class)
          .hasMessage("queue is full, try again later: queue_capacity=3");
      engine.steps(1); // two have gone in
      accepted.add(engine.submit(request(prompt(3, 10)).build()));
      accepted.add(engine.submit(request(prompt(4, 10)).build()));
      assertThatThrownBy(() -> engine.submit(request(prompt(9, 10)).build()))
          .isInstanceOf(QueueFullException.class);
      engine.run();
      accepted.forEach(engine::assertExact);
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  @Test
  void closingServesWhatWasAcceptedThenAbortsWhatIsLeft() {
    try (ServedEngine engine = setup().maxSequences(2).traceLevel(3).open()) {
      Served quick = engine.submit(request(prompt(1, 10)).maxTokens(20).build());
      Served slow = engine.submit(request(prompt(2, 10)).maxTokens(1500).build());
      Served queued = engine.submit(request(prompt(3, 10)).maxTokens(1500).build());
      engine.steps(2);
      engine.scheduler.close(Duration.ofSeconds(10));
      assertThatThrownBy(() -> engine.submit(request(1).build()))
          .isInstanceOf(EngineClosedException.class)
          .hasMessage("the engine is shutting down and takes no more requests");
      while (!quick.done()) {
        engine.steps(1);
      }
      engine.assertExact(quick);
      assertThat(slow.done()).isFalse();
      engine.clock.advance(Duration.ofSeconds(11));
      engine.run();
      for (Served served : List.of(slow, queued)) {
        assertThat(served.reason()).isEqualTo(FinishReason.ABORT);
        assertThat(served.choice().error()).isEqualTo("the engine was shut down");
      }
      assertThat(slow.tokens()).isNotEmpty();
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  @Test
  @Timeout(60)
  void theEngineThreadDrainsAndEnds() throws InterruptedException {
    try (ServedEngine engine = setup().maxSequences(4).open()) {
      engine.scheduler.start();
      CountDownLatch decoding = new CountDownLatch(3);
      List<Served> all = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        all.add(engine.submit(request(prompt(i, 10 + i)).build(), event -> decoding.countDown()));
      }
      decoding.await();
      engine.scheduler.close(Duration.ofDays(1));
      all.forEach(engine::assertExact);
      engine.scheduler.close();
    }
  }

  @Test
  @Timeout(60)
  void nothingAcceptedIsLostWhenManyThreadsSubmitWhileItCloses() throws InterruptedException {
    for (int attempt = 0; attempt < 20; attempt++) {
      try (ServedEngine engine = setup().queueCapacity(8).maxSequences(4).open()) {
        engine.scheduler.start();
        List<Generation> accepted = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          int first = i;
          threads.add(
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          while (true) {
                            try {
                              GenerateRequest request =
                                  request(first, 1)
                                      .maxTokens(3)
                                      .speculation(SpeculationOptions.OFF)
                                      .build();
                              accepted.add(engine.scheduler.submit(request));
                            } catch (QueueFullException e) {
                              Thread.onSpinWait();
                            }
                          }
                        } catch (EngineClosedException e) {
                          // what the thread waits for
                        }
                      }));
        }
        while (accepted.size() < 20) {
          Thread.onSpinWait();
        }
        engine.scheduler.close(Duration.ofDays(1));
        for (Thread thread : threads) {
          thread.join();
        }
        assertThat(accepted)
            .allMatch(generation -> generation.result().isDone())
            .allMatch(
                generation ->
                    generation.result().join().choices().getFirst().reason()
                        == FinishReason.LENGTH);
      }
    }
  }

  private static List<Integer> tokens(List<TokenEvent> events) {
    return events.stream()
        .filter(TokenEvent.Token.class::isInstance)
        .map(event -> ((TokenEvent.Token) event).token())
        .toList();
  }

  private static String text(List<TokenEvent> events) {
    return events.stream()
        .map(
            event ->
                switch (event) {
                  case TokenEvent.Token token -> token.text();
                  case TokenEvent.Finished finished -> finished.text();
                })
        .collect(Collectors.joining());
  }

  private static int[] array(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }
}
