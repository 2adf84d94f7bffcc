package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import updraft.request.SamplingOptions;
import updraft.sample.TokenSampler;

/** A lossless verifier commits what plain decoding would, whatever was drafted. */
interface VerifierContract {
  int VOCABULARY = 7;

  Verifier verifier();

  static List<SamplingOptions> samplings() {
    return List.of(
        SamplingOptions.GREEDY,
        SamplingOptions.builder().temperature(0.8f).topP(0.9f).seed(5).build(),
        SamplingOptions.builder()
            .temperature(1.2f)
            .topK(5)
            .minP(0.02f)
            .repetitionPenalty(1.3f)
            .frequencyPenalty(0.5f)
            .presencePenalty(0.3f)
            .logitBias(Map.of(2, 1.5f))
            .seed(9)
            .build());
  }

  @ParameterizedTest
  @MethodSource("samplings")
  default void outputIsPlainDecodings(SamplingOptions sampling) {
    Random random = new Random(11);
    int accepted = 0;
    for (int run = 0; run < 60; run++) {
      int[] prompt = random.ints(3, 0, VOCABULARY).toArray();
      int length = 40;
      List<Integer> plain = plain(sampling, prompt, run, length);
      TokenSampler chooser = new TokenSampler(sampling, 0, prompt, VOCABULARY);
      List<Integer> history = new ArrayList<>();
      for (int token : prompt) {
        history.add(token);
      }
      Verdict verdict = new Verdict(31);
      while (history.size() < prompt.length + length) {
        DraftTree tree =
            randomTree(random, history.getLast(), plain, history.size() - prompt.length);
        ScriptedLogits logits = new ScriptedLogits(tree, history, run);
        int before = history.size();
        verifier()
            .verify(
                tree,
                logits,
                chooser,
                before - 1,
                (token, node, drafted) -> {
                  history.add(token);
                  return history.size() < prompt.length + length;
                },
                verdict);
        assertVerdictFits(tree, verdict, history.subList(before, history.size()));
        accepted += verdict.accepted();
      }
      assertThat(history.subList(prompt.length, history.size())).isEqualTo(plain);
    }
    assertThat(accepted).isGreaterThan(300);
  }

  private static List<Integer> plain(SamplingOptions sampling, int[] prompt, int run, int length) {
    TokenSampler chooser = new TokenSampler(sampling, 0, prompt, VOCABULARY);
    List<Integer> history = new ArrayList<>();
    for (int token : prompt) {
      history.add(token);
    }
    for (int i = 0; i < length; i++) {
      float[] logits = ScriptedLogits.after(history, run);
      history.add(chooser.choose(logits, 0, history.size()));
    }
    return history.subList(prompt.length, history.size());
  }

  /** A random tree, in which the true continuation is often found. */
  private static DraftTree randomTree(Random random, int root, List<Integer> plain, int done) {
    DraftTree tree = new DraftTree(31);
    tree.reset(root);
    int nodes = random.nextInt(32);
    int parent = 0;
    while (tree.draftedTokens() < nodes && parent < tree.size()) {
      int next = done + tree.depth(parent);
      int token =
          random.nextInt(3) > 0 && next < plain.size()
              ? plain.get(next)
              : random.nextInt(VOCABULARY);
      if (tree.child(parent, token) == DraftTree.NONE) {
        tree.add(parent, token, random.nextFloat());
      }
      if (random.nextInt(3) == 0) {
        parent++;
      }
    }
    return tree;
  }

  private static void assertVerdictFits(DraftTree tree, Verdict verdict, List<Integer> committed) {
    assertThat(verdict.tokens()).isEqualTo(committed.size());
    assertThat(verdict.tokens()).isEqualTo(verdict.accepted() + (verdict.hasBonus() ? 1 : 0));
    int parent = 0;
    for (int i = 0; i < verdict.tokens(); i++) {
      assertThat(verdict.token(i)).isEqualTo(committed.get(i));
      if (i < verdict.accepted()) {
        assertThat(tree.parent(verdict.node(i))).isEqualTo(parent);
        assertThat(tree.token(verdict.node(i))).isEqualTo(committed.get(i));
        parent = verdict.node(i);
      }
    }
    assertThat(verdict.lastNode()).isEqualTo(parent);
  }

  /** Logits that depend on the whole history, so a wrong path shows. */
  final class ScriptedLogits implements RowLogits {
    private final float[] logits;

    ScriptedLogits(DraftTree tree, List<Integer> history, int run) {
      logits = new float[tree.size() * VOCABULARY + 3];
      for (int node = 0; node < tree.size(); node++) {
        List<Integer> path = new ArrayList<>(history);
        for (int n = node; n != 0; n = tree.parent(n)) {
          path.add(history.size(), tree.token(n));
        }
        System.arraycopy(after(path, run), 0, logits, offset(node), VOCABULARY);
      }
    }

    static float[] after(List<Integer> history, int run) {
      Random random = new Random(31L * history.hashCode() + run);
      float[] logits = new float[VOCABULARY];
      for (int i = 0; i < VOCABULARY; i++) {
        logits[i] = 3 * (float) random.nextGaussian();
      }
      return logits;
    }

    @Override
    public float[] logits() {
      return logits;
    }

    @Override
    public int offset(int node) {
      return node * VOCABULARY + 3;
    }
  }
}
