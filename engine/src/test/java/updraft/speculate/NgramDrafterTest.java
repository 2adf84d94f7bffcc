package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.request.NgramMatch;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

class NgramDrafterTest implements DrafterContract {
  private static final int MAX = SpeculationOptions.MAX_NODES;

  /** The corpus of SGLang's test_ngram_corpus.py. */
  private static final NgramOptions SGLANG = new NgramOptions(12, 8, 1, 10_000, 10_000);

  private static final int[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  private static final int[] SECOND = {1, 2, 3, 44, 55, 66, 77, 88, 99, 100};

  @Override
  public Drafter drafter() {
    return new NgramDrafter();
  }

  @Override
  public int[] repeatingPrompt() {
    return IntStream.range(0, 90).map(i -> i % 30 < 20 ? i % 30 : i % 7).toArray();
  }

  // Golden vectors of SGLang: test/registered/spec/utils/test_ngram_corpus.py, N = 8

  @Test
  void recencyDraftsAsSglangsBfs() {
    assertThat(sglang(NgramMatch.RECENCY, 1, 2, 3)).containsExactly(3, 4, 44, 5, 55, 6, 66, 77);
  }

  @Test
  void frequencyDraftsAsSglangsProb() {
    assertThat(sglang(NgramMatch.FREQUENCY, 1, 2, 3)).containsExactly(3, 44, 4, 55, 5, 66, 6, 7);
  }

  /** SGLang pads this one to [999, 0, 0, 0, 0, 0, 0, 0]; here nothing is drafted, nor counted. */
  @ParameterizedTest
  @EnumSource
  void withoutMatchNothingIsDrafted(NgramMatch match) {
    assertThat(sglang(match, 3, 6, 999)).containsExactly(999);
  }

  private static List<Integer> sglang(NgramMatch match, int... query) {
    NgramDrafter drafter = new NgramDrafter(SGLANG);
    drafter.open(new TokenHistory(FIRST));
    drafter.open(new TokenHistory(SECOND));
    DraftTree tree = draft(drafter, new TokenHistory(options(match), none(), query), 7);
    return latestSiblingFirst(tree);
  }

  /** SGLang lists siblings in a hash map's order, which is the reverse of discovery. */
  private static List<Integer> latestSiblingFirst(DraftTree tree) {
    List<Integer> nodes = new ArrayList<>(List.of(0));
    for (int head = 0; head < nodes.size(); head++) {
      List<Integer> children = new ArrayList<>();
      int child = tree.firstChild(nodes.get(head));
      for (; child != DraftTree.NONE; child = tree.nextSibling(child)) {
        children.addFirst(child);
      }
      nodes.addAll(children);
    }
    return nodes.stream().map(tree::token).toList();
  }

  @Test
  void longestMatchComesFirst() {
    DraftTree tree =
        draft(new NgramDrafter(), new TokenHistory(1, 2, 3, 50, 9, 3, 60, 8, 1, 2, 3), 1);
    assertThat(path(tree)).containsExactly(3, 50);
  }

  @Test
  void repetitionIsDraftedDeep() {
    int[] text = IntStream.range(100, 160).toArray();
    TokenHistory history = new TokenHistory(text).commit(text).commit(100, 101, 102, 103, 104, 105);
    DraftTree tree = draft(new NgramDrafter(), history, 11);
    assertThat(path(tree))
        .containsExactly(IntStream.rangeClosed(105, 116).boxed().toArray(Integer[]::new));
    assertThat(tree.probability(1)).isGreaterThan(0.5f);
  }

  @Test
  void predictionIsDraftedFrom() {
    int[] prediction = {71, 72, 73, 74};
    TokenHistory history =
        new TokenHistory(SpeculationOptions.NGRAM, prediction, 5, 6, 7).commit(71);
    assertThat(path(draft(new NgramDrafter(), history, 3))).containsExactly(71, 72, 73, 74);
  }

  @Test
  void othersOutputIsSharedButTheirPromptsAreNot() {
    NgramDrafter drafter = new NgramDrafter();
    int[] prompt = IntStream.range(0, 40).toArray();
    TokenHistory first = new TokenHistory(prompt).commit(200, 201, 202);
    DraftSession open = drafter.open(first);
    first.commit(203, 204);
    drafter.extend(List.of(open));
    drafter.close(open);

    assertThat(path(draft(drafter, new TokenHistory(200), 4)))
        .containsExactly(200, 201, 202, 203, 204);
    assertThat(draft(drafter, new TokenHistory(10), 4).draftedTokens()).isZero();
  }

  @Test
  void ownCorpusComesBeforeTheSharedOne() {
    NgramDrafter drafter = new NgramDrafter();
    drafter.open(new TokenHistory(1, 2, 3));
    assertThat(path(draft(drafter, new TokenHistory(1, 2, 4, 1, 2), 1))).containsExactly(2, 4);
  }

  @Test
  void topkLimitsChildren() {
    int[] branching = IntStream.range(0, 40).map(i -> i % 2 == 0 ? 1 : 10 + i).toArray();
    SpeculationOptions two =
        new SpeculationOptions(SpeculationMethod.NGRAM, 0, 0, 2, NgramMatch.FREQUENCY);
    DraftTree wide = draft(new NgramDrafter(), new TokenHistory(branching).commit(1), 30);
    DraftTree narrow =
        draft(new NgramDrafter(), new TokenHistory(two, none(), branching).commit(1), 30);
    assertThat(children(wide, 0)).isGreaterThan(2);
    assertThat(children(narrow, 0)).isEqualTo(2);
  }

  /** The tokens after a pair are random, so drafting them hardly ever succeeds. */
  @Test
  void probabilitiesFollowWhatIsAccepted() {
    NgramDrafter drafter = new NgramDrafter();
    Random random = new Random(3);
    TokenHistory history = new TokenHistory(1, 2);
    DraftSession session = drafter.open(history);
    List<Double> promised = new ArrayList<>();
    for (int round = 0; round < 300; round++) {
      DraftTree tree = draft(drafter, session, 1);
      if (tree.draftedTokens() > 0) {
        promised.add((double) tree.probability(1));
      }
      history.commit(10 + random.nextInt(1000), 1, 2);
      drafter.extend(List.of(session));
    }
    assertThat(promised.getFirst()).isGreaterThan(0.15);
    assertThat(promised.getLast()).isLessThan(0.05);
  }

  @Test
  void aRoundAllocatesNothing() {
    NgramDrafter drafter = new NgramDrafter();
    int[] text = new Random(1).ints(400, 0, 60).toArray();
    TokenHistory history = new TokenHistory(text).commit(1);
    DraftSession session = drafter.open(history);
    List<DraftSession> sessions = List.of(session);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int[] committed = new int[1];
    // the least of some, since the shared corpus doubles its arrays now and then
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 50; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      session.startRound(MAX, MAX);
      drafter.draft(sessions);
      committed[0] = text[round];
      history.commit(committed);
      drafter.extend(sessions);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isZero();
  }

  @Test
  void refusesShapesThatCannotBe() {
    assertThatThrownBy(() -> new NgramOptions(1, 10, 1, 100, 100))
        .hasMessage("depth must be in [2, 63]: depth=1");
    assertThatThrownBy(() -> new NgramOptions(18, 10, 11, 100, 100))
        .hasMessage("maxBreadth must be in [minBreadth, 63]: maxBreadth=10");
    assertThatThrownBy(() -> new NgramOptions(18, 10, 1, 18, 100))
        .hasMessage("sequenceNodes must exceed depth: sequenceNodes=18");
  }

  private static DraftTree draft(Drafter drafter, TokenHistory history, int nodes) {
    return draft(drafter, drafter.open(history), nodes);
  }

  private static DraftTree draft(Drafter drafter, DraftSession session, int nodes) {
    session.startRound(nodes, MAX);
    drafter.draft(List.of(session));
    return session.tree();
  }

  private static SpeculationOptions options(NgramMatch match) {
    return new SpeculationOptions(SpeculationMethod.NGRAM, 0, 0, 0, match);
  }

  private static int[] none() {
    return new int[0];
  }

  private static int children(DraftTree tree, int node) {
    int count = 0;
    for (int c = tree.firstChild(node); c != DraftTree.NONE; c = tree.nextSibling(c)) {
      count++;
    }
    return count;
  }

  /** Tokens from the root along first children. */
  private static List<Integer> path(DraftTree tree) {
    List<Integer> tokens = new ArrayList<>();
    for (int node = 0; node != DraftTree.NONE; node = tree.firstChild(node)) {
      tokens.add(tree.token(node));
    }
    return tokens;
  }
}
