package updraft.sample;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.request.SamplingOptions;

/**
 * A request's penalties and bias, as its target applies them, for the logits of a drafter: a draft
 * that knows them is accepted as often as one without. They follow the committed tokens; those of
 * the draft itself are not counted. Not thread-safe.
 */
public final class DraftAdjustments {
  private static final int NONE = -1;

  /** By the target's token the drafter's, or {@link #NONE}; null when they are the same. */
  private final int @Nullable [] draftTokens;

  private final LogitsProcessor[] processors;
  private final float[] row;

  /**
   * @param prompt token ids of the target
   */
  private DraftAdjustments(
      SamplingOptions options, int vocabulary, int @Nullable [] draftTokens, int[] prompt) {
    this.draftTokens = draftTokens;
    row = new float[vocabulary];
    Map<Integer, Float> bias = new HashMap<>();
    options
        .logitBias()
        .forEach(
            (token, value) -> {
              if (draft(token) != NONE) {
                bias.put(draft(token), value);
              }
            });
    int[] known = Arrays.stream(prompt).map(this::draft).filter(token -> token != NONE).toArray();
    processors =
        new LogitsProcessor[] {new Penalties(options, known), new LogitBias(bias, vocabulary)};
  }

  /**
   * What a request asks for, or null when it asks for nothing that changes logits.
   *
   * @param vocabulary of the drafter
   * @param targetTokens by draft token the target's id; null when they are the same
   * @param prompt token ids of the target
   */
  public static @Nullable DraftAdjustments of(
      SamplingOptions options, int vocabulary, int @Nullable [] targetTokens, int[] prompt) {
    if (!options.usesHistory() && options.logitBias().isEmpty()) {
      return null;
    }
    return new DraftAdjustments(options, vocabulary, inverse(targetTokens), prompt);
  }

  private static int @Nullable [] inverse(int @Nullable [] targetTokens) {
    if (targetTokens == null) {
      return null;
    }
    int[] inverse = new int[Arrays.stream(targetTokens).max().orElse(NONE) + 1];
    Arrays.fill(inverse, NONE);
    for (int i = 0; i < targetTokens.length; i++) {
      inverse[targetTokens[i]] = i;
    }
    return inverse;
  }

  private int draft(int token) {
    if (draftTokens == null) {
      return token < row.length ? token : NONE;
    }
    return token < draftTokens.length ? draftTokens[token] : NONE;
  }

  /** A token of the target was committed after the prompt. */
  public void commit(int token) {
    int draft = draft(token);
    if (draft != NONE) {
      for (LogitsProcessor processor : processors) {
        processor.commit(draft);
      }
    }
  }

  /** A changed copy of a row of logits; valid until the next call. */
  public float[] apply(float[] logits, int offset) {
    System.arraycopy(logits, offset, row, 0, row.length);
    for (LogitsProcessor processor : processors) {
      processor.apply(row);
    }
    return row;
  }
}
