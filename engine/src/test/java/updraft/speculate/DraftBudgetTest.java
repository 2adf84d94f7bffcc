package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.request.SpeculationOptions;

class DraftBudgetTest {
  /** Eight rows take 1.6 times as long as one. */
  private static final double GENTLE = 0.6 / 7;

  /** Two rows take twice as long as one. */
  private static final double STEEP = 1;

  private static final double ONE_ROW = 0.010;

  /** One sequence whose drafter drafts chains and has always the same to say of them. */
  private static final class Simulation {
    final Random random;
    final double rowCost;
    final CostCurve costs = new CostCurve();
    final DraftBudget budget = new DraftBudget(costs);
    final DraftAccount account = new DraftAccount(SpeculationOptions.AUTO);
    final DraftTree tree = new DraftTree(15);
    float said = 0.8f;
    double draftSeconds = 20e-6;
    double apartSeconds;
    double seconds;
    int tokens;
    int nodes;
    int drafts;

    Simulation(long seed, double rowCost) {
      random = new Random(seed);
      this.rowCost = rowCost;
      for (int rows : new int[] {1, 2, 4, 8, 16}) {
        costs.calibrate(rows, seconds(rows));
      }
    }

    double seconds(int rows) {
      return ONE_ROW * (1 + (rows - 1) * rowCost);
    }

    void run(int rounds, double acceptance) {
      for (int round = 0; round < rounds; round++) {
        tree.reset(0);
        if (account.drafts()) {
          drafts++;
          for (int i = 0; i < 15; i++) {
            tree.add(i, 1, said);
          }
          account.spentApart(apartSeconds);
          budget.prune(List.of(tree), List.of(account), 1, 1, 63, draftSeconds);
          seconds += draftSeconds + apartSeconds;
        }
        int accepted = 0;
        while (accepted < tree.draftedTokens() && random.nextDouble() < acceptance) {
          accepted++;
        }
        double taken = seconds(tree.size()) * Math.exp(0.03 * random.nextGaussian());
        seconds += taken;
        nodes += tree.draftedTokens();
        tokens += accepted + 1;
        costs.observe(tree.size(), taken);
        account.verified(tree, accepted);
      }
    }

    /** Speed against plain decoding. */
    double speedup() {
      return tokens * ONE_ROW / seconds;
    }

    void forget() {
      seconds = 0;
      tokens = 0;
      nodes = 0;
      drafts = 0;
    }
  }

  @Test
  void draftsDeepWhereItPays() {
    Simulation simulation = new Simulation(1, GENTLE);
    simulation.run(300, 0.8);
    assertThat(simulation.nodes / 300.0).isBetween(5.0, 13.0);
    assertThat(simulation.speedup()).isGreaterThan(2.2);
    assertThat(simulation.account.predictedSpeedup()).isBetween(2.2, 3.2);
  }

  @ParameterizedTest
  @CsvSource({"0.05, 0.8", "0.05, 0.95", "0.0, 0.98", "0.0, 0.3", "0.08, 0.5"})
  void neverMuchSlowerThanPlain(double acceptance, float said) {
    for (int seed = 0; seed < 40; seed++) {
      Simulation simulation = new Simulation(seed, GENTLE);
      simulation.said = said;
      simulation.run(500, acceptance);
      assertThat(simulation.speedup()).as("seed %d", seed).isGreaterThan(0.97);
    }
  }

  @Test
  void stopsAtLastAndProbesEverMoreRarely() {
    Simulation simulation = new Simulation(3, GENTLE);
    simulation.run(1000, 0);
    simulation.forget();
    simulation.run(1000, 0);
    assertThat(simulation.nodes).isBetween(1, 6);
  }

  @Test
  void costlyDraftsThatDoNotPayAreNotMade() {
    Simulation simulation = new Simulation(4, GENTLE);
    simulation.draftSeconds = 0.3 * ONE_ROW;
    simulation.run(1000, 0.1);
    assertThat(simulation.speedup()).isGreaterThan(0.97);
    assertThat(simulation.drafts).isLessThan(80);
  }

  @Test
  void whatADrafterDecidesByItselfLowersThePredictionAndChangesNoDraft() {
    Simulation cheap = new Simulation(1, GENTLE);
    Simulation dear = new Simulation(1, GENTLE);
    dear.apartSeconds = 0.5 * ONE_ROW;
    cheap.run(300, 0.8);
    dear.run(300, 0.8);
    assertThat(dear.nodes).isEqualTo(cheap.nodes);
    assertThat(dear.account.predictedSpeedup())
        .isLessThan(cheap.account.predictedSpeedup())
        .isCloseTo(dear.speedup(), withinPercentage(15));
  }

  @Test
  void recoversWhenAcceptanceRises() {
    Simulation simulation = new Simulation(5, GENTLE);
    simulation.run(400, 0.02);
    simulation.forget();
    simulation.run(1000, 0.8);
    assertThat(simulation.speedup()).isGreaterThan(1.7);
    simulation.forget();
    simulation.run(100, 0.8);
    assertThat(simulation.speedup()).isGreaterThan(2.2);
  }

  @Test
  void neverDraftsWhereRowsCostAsMuchAsSteps() {
    Simulation simulation = new Simulation(6, STEEP);
    simulation.said = 0.98f;
    simulation.run(500, 1);
    assertThat(simulation.nodes).isZero();
    assertThat(simulation.account.predictedSpeedup()).isBetween(0.99, 1.0);
  }

  @Test
  void sameInputsSameDecisions() {
    Simulation one = new Simulation(7, GENTLE);
    Simulation two = new Simulation(7, GENTLE);
    one.run(300, 0.4);
    two.run(300, 0.4);
    assertThat(one.nodes).isEqualTo(two.nodes);
    assertThat(one.seconds).isEqualTo(two.seconds);
  }

  @Test
  void likeliestPathsOfAllSequencesShareTheStep() {
    CostCurve costs = new CostCurve();
    for (int rows : new int[] {1, 2, 4, 8, 16}) {
      costs.calibrate(rows, ONE_ROW * (1 + (rows - 1) * 0.1));
    }
    DraftTree sure = chain(8, 0.9f);
    DraftTree doubtful = chain(8, 0.1f);
    prune(costs, List.of(sure, doubtful), 63);
    assertThat(sure.draftedTokens()).isGreaterThan(3);
    assertThat(doubtful.draftedTokens()).isZero();

    DraftTree cut = chain(8, 0.9f);
    DraftTree other = chain(8, 0.85f);
    prune(costs, List.of(cut, other), 3);
    assertThat(cut.draftedTokens()).isEqualTo(2);
    assertThat(other.draftedTokens()).isEqualTo(1);
  }

  @Test
  void bushyTreesLoseTheirUnlikelyBranches() {
    CostCurve costs = new CostCurve();
    costs.calibrate(1, ONE_ROW);
    costs.calibrate(16, ONE_ROW * 2);
    DraftTree tree = new DraftTree(5);
    tree.reset(0);
    tree.add(0, 1, 0.05f);
    tree.add(0, 2, 0.8f);
    tree.add(1, 3, 0.9f); // likely, but only after an unlikely one
    tree.add(2, 4, 0.7f);
    tree.add(2, 5, 0.05f);
    prune(costs, List.of(tree), 63);
    assertThat(IntStream.range(0, tree.size()).map(tree::token)).containsExactly(0, 2, 4);
  }

  @Test
  void requestsThatChoseTheirLimitsKeepTheirTrees() {
    CostCurve costs = new CostCurve();
    DraftTree tree = chain(8, 0.01f);
    DraftAccount account = new DraftAccount(SpeculationOptions.NGRAM);
    new DraftBudget(costs).prune(List.of(tree), List.of(account), 1, 1, 0, 0);
    account.verified(tree, 2);
    assertThat(tree.draftedTokens()).isEqualTo(8);
    assertThat(account.drafts()).isTrue();
    assertThat(account.predictedSpeedup())
        .isCloseTo(3 / 4.2, within(1e-9)); // nine rows cost 4.2 by the guess
  }

  /** As a network drafts: each look costs, and none of its nodes is worth a row. */
  @Test
  void dearDraftsOfWhichNothingIsKeptBecomeRare() {
    DraftAccount account = new DraftAccount(SpeculationOptions.AUTO);
    DraftTree none = new DraftTree(4);
    none.reset(0);
    int looks = 0;
    for (int round = 0; round < 1000; round++) {
      if (account.drafts()) {
        account.charge(4, 0, 0.3, false);
        looks++;
      }
      account.verified(none, 0);
    }
    // the first credit, and what each round earns
    assertThat(0.3 * looks).isLessThan(1 + 0.015 * 1000 + 3);
  }

  @Test
  void readingThePromptIsNotChargedToTheAnswer() {
    DraftAccount account = new DraftAccount(SpeculationOptions.AUTO);
    account.spent(1);
    account.forgive();
    assertThat(account.takeSpentSeconds()).isZero();
  }

  private static void prune(CostCurve costs, List<DraftTree> trees, int most) {
    List<DraftAccount> accounts =
        trees.stream().map(tree -> new DraftAccount(SpeculationOptions.AUTO)).toList();
    new DraftBudget(costs).prune(trees, accounts, trees.size(), trees.size(), most, 0);
  }

  private static DraftTree chain(int nodes, float probability) {
    DraftTree tree = new DraftTree(nodes);
    tree.reset(0);
    for (int i = 0; i < nodes; i++) {
      tree.add(i, 1, probability);
    }
    return tree;
  }
}
