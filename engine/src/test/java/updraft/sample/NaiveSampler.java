package updraft.sample;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import updraft.request.SamplingOptions;

/** The sampling contract word by word: full sort, full softmax in double, noise for every token. */
final class NaiveSampler {
  private final SamplingOptions options;
  private final int vocabulary;
  private final int choice;
  private final List<Integer> prompt = new ArrayList<>();
  private final List<Integer> answer = new ArrayList<>();

  NaiveSampler(SamplingOptions options, int vocabulary, int choice, int[] prompt) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.choice = choice;
    for (int token : prompt) {
      this.prompt.add(token);
    }
  }

  int choose(float[] logits, int offset, int position) {
    float[] row = processed(logits, offset);
    List<Integer> order = new ArrayList<>();
    for (int v = 0; v < vocabulary; v++) {
      order.add(v);
    }
    order.sort(Comparator.<Integer>comparingDouble(v -> -row[v]).thenComparing(v -> v));
    int token =
        options.greedy()
            ? order.getFirst()
            : draw(row, row[order.getFirst()], kept(row, order), position);
    answer.add(token);
    return token;
  }

  private float[] processed(float[] logits, int offset) {
    float[] row = new float[vocabulary];
    System.arraycopy(logits, offset, row, 0, vocabulary);
    Set<Integer> seen = new HashSet<>(prompt);
    seen.addAll(answer);
    for (int v : seen) {
      row[v] =
          row[v] > 0 ? row[v] / options.repetitionPenalty() : row[v] * options.repetitionPenalty();
    }
    for (int v : new HashSet<>(answer)) {
      int count = (int) answer.stream().filter(token -> token == v).count();
      row[v] -= options.frequencyPenalty() * count;
      row[v] -= options.presencePenalty();
    }
    options.logitBias().forEach((v, bias) -> row[v] += bias);
    return row;
  }

  private List<Integer> kept(float[] row, List<Integer> order) {
    int k = options.topK() == 0 ? vocabulary : Math.min(options.topK(), vocabulary);
    List<Integer> top = order.subList(0, k);
    float max = row[order.getFirst()];
    double total = 0;
    for (int v : top) {
      total += relative(row[v], max);
    }
    List<Integer> kept = new ArrayList<>();
    double sum = 0;
    for (int v : top) {
      if (options.topP() < 1 && sum >= options.topP() * total) {
        break;
      }
      sum += relative(row[v], max);
      if (relative(row[v], max) >= options.minP()) {
        kept.add(v);
      }
    }
    return kept;
  }

  private int draw(float[] row, double max, List<Integer> kept, int position) {
    GumbelNoise noise = new GumbelNoise(options.seed(), choice);
    int token = -1;
    double best = Double.NEGATIVE_INFINITY;
    for (int v : kept.stream().sorted().toList()) {
      // less the largest, so that a small temperature does not drown the noise
      double score = (row[v] - max) / options.temperature() + noise.at(position, v);
      if (score > best) {
        best = score;
        token = v;
      }
    }
    return token;
  }

  private double relative(float logit, float max) {
    return Math.exp(((double) logit - max) / options.temperature());
  }
}
