package updraft.speculate;

import java.util.List;

/**
 * Proposes continuations. Four verbs, of which three carry a span's name; all are called from the
 * engine thread, and none may change what is generated, only how fast.
 *
 * <p>A round of a sequence is {@link #draft}, a forward and verification by the engine, then {@link
 * #extend} with what was committed.
 */
public interface Drafter extends AutoCloseable {
  /** The method's wire name, e.g. {@code ngram}. */
  String method();

  /**
   * Layers after which it wants the hidden states of computed rows, those of prompts too; none for
   * most.
   */
  default int[] hiddenStateLayers() {
    return new int[0];
  }

  /** Whether {@link #extend} is to be called for each chunk of a prompt too. */
  default boolean followsPrompts() {
    return hiddenStateLayers().length > 0;
  }

  /**
   * Begins to follow a sequence, whose prompt is committed: before its first chunk is settled for a
   * drafter that follows prompts, else when it begins to decode.
   */
  DraftSession open(DraftContext context);

  /**
   * Fills each session's tree below its root, which the caller has set, with at most {@link
   * DraftSession#maxNodes} tokens. A tree may stay empty. When it throws, it is called again for
   * each session alone, with its tree reset, to find the one to blame.
   */
  void draft(List<DraftSession> sessions);

  /**
   * Catches up with tokens committed since the last call; before each next {@link #draft}. When it
   * throws, it is called again for each session alone: one that has caught up has nothing to do.
   */
  void extend(List<DraftSession> sessions);

  /** Forgets a sequence and frees what it held. Idempotent. */
  void close(DraftSession session);

  @Override
  default void close() {}
}
