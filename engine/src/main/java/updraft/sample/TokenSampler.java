package updraft.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.request.SamplingOptions;
import updraft.sample.grammar.GrammarPath;

/**
 * Chooses the tokens of one answer: {@code argmax over v of (logit[v] / T + noise(seed, choice,
 * position, v))}, which is a draw from softmax(logit / T), and for T = 0 the largest logit. Of
 * equals the lowest id wins.
 *
 * <p>The order is that of Hugging Face's transformers, vLLM and SGLang, each step on what the one
 * before has left:
 *
 * <ol>
 *   <li>repetition penalty, then frequency and presence penalties: they correct what the model said
 *       about this text, so they come before anything that looks at likelihoods;
 *   <li>logit bias: the caller's word on a token, not to be scaled by a penalty;
 *   <li>the grammar: what it bans no bias brings back;
 *   <li>temperature: the filters below see the distribution that is sampled from;
 *   <li>top-k, exactly k, of equals the lowest ids; then top-p, over what top-k left, the token
 *       that crosses the limit included; then min-p, relative to the likeliest token.
 * </ol>
 *
 * <p>The logits are never written to: penalties and bias work on a copy. A sampler built from the
 * prompt, with an answer's tokens committed, equals the one that chose them. Steady state allocates
 * nothing. Not thread-safe.
 */
public final class TokenSampler implements TokenChooser {
  private final SamplingOptions options;
  private final int choice;
  private final int vocabulary;
  private final NoiseContest contest;
  private final LogitsProcessor[] processors;

  private final SamplerScratch scratch;

  /** Null when nothing is filtered. */
  private final @Nullable Candidates candidates;

  /** A sampler with {@link SamplerScratch} of its own. */
  public TokenSampler(SamplingOptions options, int choice, int[] prompt, int vocabulary) {
    this(options, choice, prompt, new SamplerScratch(vocabulary));
  }

  /**
   * @param choice which of the request's answers
   * @param prompt token ids, all in the vocabulary
   * @param scratch of the target's vocabulary, shared by the samplers of a thread
   * @throws updraft.request.InvalidRequestException if the bias names a token outside the
   *     vocabulary
   */
  public TokenSampler(SamplingOptions options, int choice, int[] prompt, SamplerScratch scratch) {
    this(options, choice, prompt, scratch, null);
  }

  /**
   * @param choice which of the request's answers
   * @param prompt token ids, all in the vocabulary
   * @param scratch of the target's vocabulary, shared by the samplers of a thread
   * @param grammar what the answer is bound to, or null; this sampler advances it
   * @throws updraft.request.InvalidRequestException if the bias names a token outside the
   *     vocabulary
   */
  public TokenSampler(
      SamplingOptions options,
      int choice,
      int[] prompt,
      SamplerScratch scratch,
      @Nullable GrammarPath grammar) {
    this.options = options;
    this.scratch = scratch;
    this.choice = choice;
    vocabulary = scratch.vocabulary();
    contest = new NoiseContest(new GumbelNoise(options.seed(), choice), options.temperature());
    processors = processors(options, vocabulary, prompt, grammar);
    candidates =
        !options.greedy() && filters(options, vocabulary)
            ? new Candidates(options.temperature(), scratch)
            : null;
  }

  private static LogitsProcessor[] processors(
      SamplingOptions options, int vocabulary, int[] prompt, @Nullable GrammarPath grammar) {
    List<LogitsProcessor> processors = new ArrayList<>();
    if (options.usesHistory()) {
      processors.add(new Penalties(options, prompt));
    }
    if (!options.logitBias().isEmpty()) {
      processors.add(new LogitBias(options.logitBias(), vocabulary));
    }
    if (grammar != null) {
      processors.add(new GrammarMask(grammar));
    }
    return processors.toArray(LogitsProcessor[]::new);
  }

  private static boolean filters(SamplingOptions options, int vocabulary) {
    return topK(options, vocabulary) || options.topP() < 1 || options.minP() > 0;
  }

  private static boolean topK(SamplingOptions options, int vocabulary) {
    return options.topK() > 0 && options.topK() < vocabulary;
  }

  /**
   * {@inheritDoc}
   *
   * @param position of the token to choose
   * @throws NonFiniteLogitsException if a logit is NaN or +Infinity, or all are -Infinity
   */
  @Override
  public int choose(float[] logits, int offset, int position) {
    float[] row = logits;
    int start = offset;
    if (processors.length > 0) {
      row = scratch.logits();
      start = 0;
      System.arraycopy(logits, offset, row, start, vocabulary);
      for (LogitsProcessor processor : processors) {
        processor.apply(row);
      }
    }
    int token = pick(row, start, position);
    commit(token);
    return token;
  }

  /** Whether a choice takes the row's logits, the seed and the temperature, and nothing else. */
  public boolean plain() {
    return processors.length == 0 && candidates == null;
  }

  @Override
  public SamplingOptions sampling() {
    return options;
  }

  @Override
  public Coins coins() {
    return new Coins(options.seed(), choice);
  }

  @Override
  public double[] distribution(float[] logits, int offset, int position) {
    float[] row = Arrays.copyOfRange(logits, offset, offset + vocabulary);
    for (LogitsProcessor processor : processors) {
      processor.apply(row);
    }
    double[] probabilities = new double[vocabulary];
    float max = Argmax.max(row, 0, vocabulary, position);
    if (options.greedy()) {
      probabilities[Argmax.indexOf(max, row, 0)] = 1;
      return probabilities;
    }
    if (candidates == null) {
      for (int token = 0; token < vocabulary; token++) {
        probabilities[token] = Math.exp(((double) row[token] - max) / options.temperature());
      }
    } else {
      filter(candidates, row, 0, max);
      candidates.weigh(probabilities);
    }
    double sum = Arrays.stream(probabilities).sum();
    Arrays.setAll(probabilities, token -> probabilities[token] / sum);
    return probabilities;
  }

  /** Appends a token to the path's history, as choosing it does. */
  @Override
  public void commit(int token) {
    for (LogitsProcessor processor : processors) {
      processor.commit(token);
    }
  }

  private int pick(float[] logits, int offset, int position) {
    float max = Argmax.max(logits, offset, vocabulary, position);
    if (options.greedy()) {
      return Argmax.indexOf(max, logits, offset);
    }
    contest.start(position, max, Argmax.indexOf(max, logits, offset));
    if (candidates == null) {
      return draw(logits, offset);
    }
    filter(candidates, logits, offset, max);
    return candidates.draw(contest);
  }

  private void filter(Candidates kept, float[] logits, int offset, float max) {
    if (topK(options, vocabulary)) {
      kept.takeTop(logits, offset, vocabulary, max, options.topK());
      if (options.topP() < 1) {
        kept.keepNucleus(options.topP());
      }
    } else {
      kept.takeNucleus(logits, offset, vocabulary, max, options.topP(), options.minP());
    }
    if (options.minP() > 0) {
      kept.keepLikely(options.minP());
    }
  }

  /**
   * Draws from all tokens. The blocks of noise that hold a token which can win are listed first,
   * without branches, so that the generator's arithmetic then runs unbroken.
   */
  private int draw(float[] logits, int offset) {
    int[] blocks = scratch.blocks();
    int count = 0;
    float least = contest.leastLogit();
    int whole = vocabulary / GumbelNoise.BLOCK;
    for (int block = 0; block < whole; block++) {
      int at = offset + block * GumbelNoise.BLOCK;
      float left = Math.max(logits[at], logits[at + 1]);
      float right = Math.max(logits[at + 2], logits[at + 3]);
      blocks[count] = block;
      count += Math.max(left, right) >= least ? 1 : 0;
    }
    for (int i = 0; i < count; i++) {
      int first = blocks[i] * GumbelNoise.BLOCK;
      int[] words = contest.words(blocks[i]);
      for (int j = 0; j < GumbelNoise.BLOCK; j++) {
        contest.enter(logits[offset + first + j], first + j, words[j]);
      }
    }
    for (int token = whole * GumbelNoise.BLOCK; token < vocabulary; token++) {
      contest.enter(logits[offset + token], token);
    }
    return contest.winner();
  }
}
