package updraft.speculate;

import java.util.Arrays;
import updraft.cache.PageTable;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;

/** A sequence that a test writes token by token. */
final class TokenHistory implements DraftContext {
  private final int promptLength;
  private final SpeculationOptions speculation;
  private final int[] prediction;
  private int[] tokens;
  private int length;

  TokenHistory(int... prompt) {
    this(SpeculationOptions.NGRAM, new int[0], prompt);
  }

  TokenHistory(SpeculationOptions speculation, int[] prediction, int... prompt) {
    this.speculation = speculation;
    this.prediction = prediction;
    tokens = prompt.clone();
    length = prompt.length;
    promptLength = prompt.length;
  }

  TokenHistory commit(int... more) {
    if (length + more.length > tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * (length + more.length));
    }
    System.arraycopy(more, 0, tokens, length, more.length);
    length += more.length;
    return this;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int token(int position) {
    return tokens[position];
  }

  @Override
  public int promptLength() {
    return promptLength;
  }

  @Override
  public int computed() {
    return length - 1;
  }

  @Override
  public PageTable pages() {
    throw new UnsupportedOperationException("tokens alone");
  }

  @Override
  public SamplingOptions sampling() {
    return SamplingOptions.GREEDY;
  }

  @Override
  public SpeculationOptions speculation() {
    return speculation;
  }

  @Override
  public int choice() {
    return 0;
  }

  @Override
  public int[] prediction() {
    return prediction;
  }
}
