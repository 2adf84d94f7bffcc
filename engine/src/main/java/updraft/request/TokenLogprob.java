package updraft.request;

import java.util.List;

/**
 * The natural-log probability of a generated token under the target's own logits (temperature 1,
 * before penalties, bias and filters), and of the likeliest alternatives, likeliest first.
 */
public record TokenLogprob(int token, float logprob, List<Alternative> top) {
  public TokenLogprob {
    top = List.copyOf(top);
  }

  public record Alternative(int token, float logprob) {}
}
