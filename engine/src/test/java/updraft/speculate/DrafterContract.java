package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import updraft.request.SpeculationOptions;

/** What the engine relies on in every drafter. */
interface DrafterContract {
  Drafter drafter();

  /** A prompt after which this drafter drafts something. */
  int[] repeatingPrompt();

  @Test
  default void draftsWithinLimits() {
    Drafter drafter = drafter();
    Random random = new Random(7);
    int drafted = 0;
    TokenHistory history = new TokenHistory(repeatingPrompt());
    TokenHistory other = new TokenHistory(repeatingPrompt()).commit(3);
    List<DraftSession> sessions = List.of(drafter.open(history), drafter.open(other));
    for (int round = 0; round < 200; round++) {
      for (DraftSession session : sessions) {
        session.startRound(random.nextInt(SpeculationOptions.MAX_NODES + 1), random.nextInt(12));
      }
      drafter.draft(sessions);
      for (DraftSession session : sessions) {
        assertWithinLimits(session);
        drafted += session.tree().draftedTokens();
      }
      history.commit(repeatingPrompt()[random.nextInt(repeatingPrompt().length)]);
      other.commit(random.nextInt(40), random.nextInt(40));
      drafter.extend(sessions);
    }
    assertThat(drafted).isPositive();
    for (DraftSession session : sessions) {
      drafter.close(session);
      drafter.close(session); // idempotent
    }
    drafter.close();
  }

  private static void assertWithinLimits(DraftSession session) {
    DraftTree tree = session.tree();
    DraftContext context = session.context();
    assertThat(tree.token(0)).isEqualTo(context.token(context.length() - 1));
    assertThat(tree.draftedTokens()).isLessThanOrEqualTo(session.maxNodes());
    assertThat(tree.depth()).isLessThanOrEqualTo(session.maxDepth());
    for (int node = 0; node < tree.size(); node++) {
      assertThat(tree.probability(node)).isBetween(0f, 1f);
      float sum = 0;
      for (int c = tree.firstChild(node); c != DraftTree.NONE; c = tree.nextSibling(c)) {
        assertThat(tree.parent(c)).isEqualTo(node);
        sum += tree.probability(c);
      }
      assertThat(sum).as("children's probabilities").isLessThanOrEqualTo(1.0001f);
    }
  }

  @Test
  default void sameHistorySameDraft() {
    Drafter one = drafter();
    Drafter two = drafter();
    DraftSession first = one.open(new TokenHistory(repeatingPrompt()));
    DraftSession second = two.open(new TokenHistory(repeatingPrompt()));
    first.startRound(20, 12);
    second.startRound(20, 12);
    one.draft(List.of(first));
    two.draft(List.of(second));
    assertThat(first.tree().size()).isEqualTo(second.tree().size());
    for (int node = 0; node < first.tree().size(); node++) {
      assertThat(first.tree().token(node)).isEqualTo(second.tree().token(node));
      assertThat(first.tree().parent(node)).isEqualTo(second.tree().parent(node));
    }
  }
}
