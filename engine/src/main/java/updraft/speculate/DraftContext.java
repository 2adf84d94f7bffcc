package updraft.speculate;

import updraft.cache.PageTable;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;

/** What a drafter sees of a sequence. Valid while its session is open. */
public interface DraftContext {
  /** Committed tokens, the prompt and the root included. */
  int length();

  /** The committed token at a position below {@link #length()}. */
  int token(int position);

  /** Tokens of {@link #length()} that were the prompt. */
  int promptLength();

  /** Leading positions that have keys and values. */
  int computed();

  /**
   * Where its keys and values are: a slot for each position below {@link #length()} - 1 at least.
   */
  PageTable pages();

  SamplingOptions sampling();

  SpeculationOptions speculation();

  /** Which of the request's answers this is: part of the noise's key. */
  int choice();

  /** Token ids that the caller expects in the answer; may be empty. */
  int[] prediction();
}
