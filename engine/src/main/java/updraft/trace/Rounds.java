package updraft.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.request.SpeculationOptions;
import updraft.request.SpeculationStats;

/** The round that is going on, and the totals of a sequence, or of all sequences of a request. */
final class Rounds {
  /** Rounds by accepted tokens. */
  private final int[] histogram = new int[SpeculationOptions.MAX_NODES + 1];

  private String method;
  private int rounds;
  private int drafted;
  private int accepted;
  private long draftNanos;
  private long verifyNanos;

  // the round that is going on, or the last one
  private boolean verified;
  private int draftedTokens;
  private int nodes;
  private int depth;
  private int acceptedTokens;
  private int rows;
  private int batchSize;
  private @Nullable DeviceCost device;

  Rounds(String method) {
    this.method = method;
  }

  /** Forgets the round before; may be called more than once in a round. */
  void begin() {
    if (verified) {
      verified = false;
      draftedTokens = 0;
      nodes = 0;
      depth = 0;
      acceptedTokens = 0;
      rows = 0;
      batchSize = 0;
    }
  }

  void drafted(String drafter, int draftedTokens, int nodes, int depth) {
    begin();
    if (draftedTokens > 0) {
      method = drafter;
    }
    this.draftedTokens = draftedTokens;
    this.nodes = nodes;
    this.depth = depth;
  }

  void verified(int acceptedTokens, int rows, int batchSize) {
    begin();
    verified = true;
    this.acceptedTokens = acceptedTokens;
    this.rows = rows;
    this.batchSize = batchSize;
    rounds++;
    drafted += draftedTokens;
    accepted += acceptedTokens;
    histogram[Math.min(acceptedTokens, histogram.length - 1)]++;
  }

  void drafting(long nanos) {
    draftNanos += nanos;
  }

  void verifying(long nanos) {
    verifyNanos += nanos;
  }

  /** Adds another sequence's totals. */
  void add(Rounds other) {
    if (other.drafted > 0) {
      method = other.method;
    }
    rounds += other.rounds;
    drafted += other.drafted;
    accepted += other.accepted;
    draftNanos += other.draftNanos;
    verifyNanos += other.verifyNanos;
    for (int i = 0; i < histogram.length; i++) {
      histogram[i] += other.histogram[i];
    }
  }

  SpeculationStats stats(double predictedSpeedup) {
    int longest = histogram.length - 1;
    while (longest > 0 && histogram[longest] == 0) {
      longest--;
    }
    List<Integer> counts = new ArrayList<>(longest + 1);
    for (int i = 0; i <= longest; i++) {
      counts.add(histogram[i]);
    }
    return new SpeculationStats(
        method, rounds, drafted, accepted, counts, draftNanos, verifyNanos, predictedSpeedup);
  }

  /** The drafter that drafted, else what the request asked for. */
  String method() {
    return method;
  }

  /** The number of the round that is going on, from 1. */
  int number() {
    return verified ? rounds : rounds + 1;
  }

  int draftedTokens() {
    return draftedTokens;
  }

  int nodes() {
    return nodes;
  }

  int depth() {
    return depth;
  }

  int acceptedTokens() {
    return acceptedTokens;
  }

  int rows() {
    return rows;
  }

  void device(DeviceCost cost) {
    device = cost;
  }

  /** Of the stage that ends, or null without a device. */
  @Nullable DeviceCost device() {
    return device;
  }

  int batchSize() {
    return batchSize;
  }

  long draftNanos() {
    return draftNanos;
  }

  long verifyNanos() {
    return verifyNanos;
  }
}
