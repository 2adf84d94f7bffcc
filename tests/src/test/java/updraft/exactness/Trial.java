package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import updraft.engine.Engine;
import updraft.exactness.Cell.Company;
import updraft.exactness.Setup.Residency;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.request.TokenEvent;
import updraft.schedule.Generation;

/** Serves a cell's request on an engine, in its company, and sees that the cell is what it says. */
final class Trial {
  /** Tokens of the prompt: two pages and a half. */
  static final int PROMPT = 40;

  /** Of an older request that takes pages away. */
  static final int RIVAL_PROMPT = 20;

  private static final int RIVAL_ANSWER = 34;

  /** The rival then holds three of six pages, and needs the fourth three tokens later. */
  private static final int RIVAL_TOKENS_BEFORE = 26;

  private final Engine engine;
  private final Residency residency;
  private final int[] prompt;
  private final int[] rivalPrompt;
  private final int answerTokens;

  Trial(Engine engine, Residency residency, int[] prompt, int[] rivalPrompt, int answerTokens) {
    this.engine = engine;
    this.residency = residency;
    this.prompt = prompt;
    this.rivalPrompt = rivalPrompt;
    this.answerTokens = answerTokens;
  }

  GenerateResult run(Cell cell) {
    if (residency == Residency.PREFIX_HIT) {
      engine.generate(request(prompt, 1, SamplingOptions.GREEDY, SpeculationMethod.OFF));
    }
    double preemptions = preemptions();
    GenerateResult result =
        residency == Residency.PREEMPTED ? afterRival(cell) : submit(cell).result().join();
    switch (residency) {
      case COLD -> assertThat(result.cachedTokens()).isZero();
      case PREFIX_HIT -> assertThat(result.cachedTokens()).isEqualTo(32);
      case PREEMPTED -> assertThat(preemptions()).as("preemptions").isGreaterThan(preemptions);
    }
    assertThat(result.choices().getFirst().error()).isNull();
    return result;
  }

  /** Submits it, in a batch with neighbours before and after it. */
  private Generation submit(Cell cell) {
    List<Generation> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      if (i == 3) {
        all.add(engine.submit(target(cell), event -> {}));
      } else if (cell.company() == Company.BATCH_OF_8) {
        all.add(engine.submit(neighbour(i), event -> {}));
      }
    }
    all.forEach(generation -> generation.result().join());
    return all.get(cell.company() == Company.ALONE ? 0 : 3);
  }

  /**
   * Submits it, and perhaps neighbours, when an older request is far enough: as that one grows, the
   * youngest with pages has to go, which is the cell's own, since the neighbours find none.
   */
  private GenerateResult afterRival(Cell cell) {
    CompletableFuture<GenerateResult> result = new CompletableFuture<>();
    List<Generation> neighbours = new ArrayList<>();
    int[] heard = {0};
    Generation rival =
        engine.submit(
            request(rivalPrompt, RIVAL_ANSWER, SamplingOptions.GREEDY, SpeculationMethod.OFF),
            event -> {
              if (event instanceof TokenEvent.Token && ++heard[0] == RIVAL_TOKENS_BEFORE) {
                engine.submit(target(cell), e -> {}).result().thenAccept(result::complete);
                for (int i = 0; cell.company() == Company.BATCH_OF_8 && i < 6; i++) {
                  neighbours.add(engine.submit(neighbour(i), e -> {}));
                }
              }
            });
    rival.result().join();
    neighbours.forEach(generation -> generation.result().join());
    return result.join();
  }

  private GenerateRequest target(Cell cell) {
    return request(
        prompt,
        answerTokens,
        cell.sampling().options,
        SpeculationOptions.of(cell.speculation()).withNodes(cell.nodes()));
  }

  /** One that differs from its fellows in everything. */
  private GenerateRequest neighbour(int i) {
    int[] own = Arrays.copyOfRange(rivalPrompt, i, 2 * i + 7);
    Cell.Sampling[] samplings = Cell.Sampling.values();
    return request(
        own,
        answerTokens / 2 + i,
        samplings[i % samplings.length].options,
        Cell.METHODS.get(i % Cell.METHODS.size()));
  }

  private static GenerateRequest request(
      int[] prompt, int maxTokens, SamplingOptions sampling, SpeculationMethod method) {
    return request(prompt, maxTokens, sampling, SpeculationOptions.of(method));
  }

  private static GenerateRequest request(
      int[] prompt, int maxTokens, SamplingOptions sampling, SpeculationOptions speculation) {
    return GenerateRequest.builder(prompt)
        .maxTokens(maxTokens)
        .ignoreEos(true)
        .sampling(sampling)
        .speculation(speculation)
        .build();
  }

  private double preemptions() {
    return engine.metrics().registry().scrape().stream()
        .filter(snapshot -> snapshot.getMetadata().getName().equals("updraft_preemptions"))
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point -> ((CounterDataPointSnapshot) point).getValue())
        .sum();
  }
}
