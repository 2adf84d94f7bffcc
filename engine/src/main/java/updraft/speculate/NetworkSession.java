package updraft.speculate;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import updraft.request.TokenOrigin;
import updraft.sample.DraftAdjustments;
import updraft.sample.GumbelNoise;

/**
 * A sequence as a draft network follows it: how far the network has read it, what waits to be read,
 * and the nodes of the round.
 *
 * <p>The network reads a token at position p in the target's slot of that position, together with
 * the features of position p - 1 if it takes any. Positions below {@link #read} have been read;
 * {@link #first} is the first that rows attend to.
 */
final class NetworkSession extends DraftSession {
  private static final int DEFAULT_CHILDREN = 4;

  /** Makes noise that is not the target's of its seed. */
  private static final long OWN_SEED = 0x9e3779b97f4a7c15L;

  private final TokenOrigin origin;
  final DraftNodes nodes = new DraftNodes();

  /** What tokens are chosen with: the target's, or that of drawing; null to take the likeliest. */
  final @Nullable GumbelNoise noise;

  /** Whether a node's child is drawn from q. */
  final boolean draws;

  /** What the request changes logits by; null for nothing. */
  @Nullable DraftAdjustments adjustments;

  /** Committed tokens that these know. */
  private int adjusted;

  /** By position: the hash of the tokens up to it. */
  private long[] hashes = new long[256];

  private int hashed;

  /** Positions that the network has read. */
  int read;

  /** First position that rows attend to; a head's first token has no features before it. */
  int first;

  /** The position after the last that could not be read, for lack of features; 1 for none. */
  int holeEnd = 1;

  /** What the network made of the rows of the level before, shape (rows, features). */
  float[] levelFeatures = {};

  /** Hidden states of the target that wait, side by side, from a position on. */
  private float[] pending = {};

  private final int joinedSize;
  private int pendingFrom;
  private int pendingCount;

  /** Features of the position before the first pending one, from a page; -1 for none. */
  final float[] carried;

  int carriedAt = -1;

  /** Length of the sequence when its root was read, so that {@link #nodes} begin there. */
  int rootAt = -1;

  /** What the network made of the root: features of nodes below it. */
  final float[] rootFeatures;

  /** Length of the sequence when it was last drafted for, until that has been learned from. */
  int draftedAt = -1;

  /** Whether it was drafted for in the round before, so that it is likely to be again. */
  boolean active = true;

  NetworkSession(
      DraftContext context,
      TokenOrigin origin,
      DraftTokens drafted,
      int joinedSize,
      int featureSize) {
    super(context);
    this.origin = origin;
    this.joinedSize = joinedSize;
    this.carried = new float[featureSize];
    this.rootFeatures = new float[featureSize];
    boolean sampled = !context.sampling().greedy();
    long seed = context.sampling().seed();
    draws = sampled && drafted == DraftTokens.DRAWN;
    noise =
        sampled && drafted != DraftTokens.LIKELIEST
            ? new GumbelNoise(draws ? seed ^ OWN_SEED : seed, context.choice())
            : null;
    adjusted = context.promptLength();
  }

  @Override
  public TokenOrigin origin(int node) {
    return origin;
  }

  /** Tokens of positions from one on. */
  int[] tokens(int from, int end) {
    return IntStream.range(from, end).map(context()::token).toArray();
  }

  /** Logits as the request wants them changed. */
  float[] adjust(DraftAdjustments changes, float[] logits, int offset) {
    for (; adjusted < context().length(); adjusted++) {
      changes.commit(context().token(adjusted));
    }
    return changes.apply(logits, offset);
  }

  /** Most children of a node, and nodes of a level that are expanded. */
  int children() {
    if (draws) {
      return 1;
    }
    int asked = context().speculation().topk();
    return asked == 0 ? DEFAULT_CHILDREN : asked;
  }

  /** What a row costs, in tokens. */
  double rowPrice() {
    return tokenSeconds() > 0 ? rowSeconds() / tokenSeconds() : 0;
  }

  /** Hashes of all committed tokens. */
  long[] hashes() {
    DraftContext context = context();
    if (hashes.length < context.length()) {
      hashes = Arrays.copyOf(hashes, Math.max(2 * hashes.length, context.length()));
    }
    for (; hashed < context.length(); hashed++) {
      hashes[hashed] = SlotTags.next(hashed == 0 ? 0 : hashes[hashed - 1], context.token(hashed));
    }
    return hashes;
  }

  /** The position after the last whose hidden states are known. */
  int pendingEnd() {
    return pendingFrom + pendingCount;
  }

  int pendingCount() {
    return pendingCount;
  }

  /** Forgets what waits; the next hidden states are those of a position. */
  void startPending(int position) {
    pendingFrom = position;
    pendingCount = 0;
  }

  /** Takes the hidden states of computed rows that follow those that wait. */
  void append(ComputedRows rows, int[] layers, int hiddenSize) {
    int needed = (pendingCount + rows.count()) * joinedSize;
    if (pending.length < needed) {
      pending = Arrays.copyOf(pending, Math.max(needed, 2 * pending.length));
    }
    for (int i = 0; i < rows.count(); i++) {
      int at = pendingCount++ * joinedSize;
      for (int layer : layers) {
        rows.hidden(layer, i, hiddenSize, pending, at);
        at += hiddenSize;
      }
    }
  }

  boolean isPending(int position) {
    return position >= pendingFrom && position < pendingEnd();
  }

  void copyPending(int position, float[] to, int offset) {
    System.arraycopy(pending, (position - pendingFrom) * joinedSize, to, offset, joinedSize);
  }

  /** Forgets what waits of positions before one. */
  void dropPending(int position) {
    int drop = Math.min(pendingCount, position - pendingFrom);
    if (drop > 0) {
      System.arraycopy(pending, drop * joinedSize, pending, 0, (pendingCount - drop) * joinedSize);
      pendingFrom += drop;
      pendingCount -= drop;
    }
  }
}
