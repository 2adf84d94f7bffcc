package updraft.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.cache.PagePool;
import updraft.cache.PrefixCache;

/**
 * The sequences that hold pages, oldest first, and those that wait for them. Decides who gets in
 * and, when pages run out, who must go: the youngest, whose history is computed again later.
 */
final class Residents {
  private final PagePool pool;
  private final @Nullable PrefixCache prefixes;
  private final int capacity;
  private final List<Sequence> waiting = new ArrayList<>();
  private final List<Sequence> running = new ArrayList<>();

  /** The same lists for readers. */
  private final List<Sequence> waitingView = Collections.unmodifiableList(waiting);

  private final List<Sequence> runningView = Collections.unmodifiableList(running);

  /**
   * @param prefixes null when prefixes are not kept
   * @param capacity most sequences running
   */
  Residents(PagePool pool, @Nullable PrefixCache prefixes, int capacity) {
    this.pool = pool;
    this.prefixes = prefixes;
    this.capacity = capacity;
  }

  List<Sequence> running() {
    return runningView;
  }

  /** Those next to be let in, first one first. */
  List<Sequence> waiting() {
    return waitingView;
  }

  boolean isEmpty() {
    return running.isEmpty() && waiting.isEmpty();
  }

  /** Whether another request may leave the admission queue. */
  boolean hasRoom() {
    return waiting.isEmpty() && running.size() < capacity;
  }

  void await(Sequence sequence) {
    waiting.add(sequence);
  }

  /**
   * Lets waiting sequences in, first come first served, as long as there are pages for what they
   * still have to compute. One that waits for a sibling's prompt does not hold up others.
   */
  void admit() {
    int next = 0;
    while (next < waiting.size() && running.size() < capacity) {
      Sequence sequence = waiting.get(next);
      if (sequence.waitsForLeader()) {
        next++;
        continue;
      }
      int cached = adoptPrefix(sequence);
      if (!running.isEmpty() && !pool.grow(sequence.pages(), sequence.length())) {
        pool.release(sequence.pages());
        return;
      }
      waiting.remove(next);
      sequence.admitted(cached);
      insertByAge(sequence);
    }
  }

  /**
   * Takes the pages of the longest known prefix, or those that a sibling has computed; the last
   * token is always computed.
   */
  private int adoptPrefix(Sequence sequence) {
    Sequence leader = sequence.leader();
    if (leader != null && leader.computed() > 0 && sequence.fresh()) {
      int shared = Math.min(leader.computed(), sequence.promptLength() - 1);
      return pool.share(leader.pages(), shared, sequence.pages());
    }
    return prefixes == null
        ? 0
        : prefixes.match(sequence.tokens(), sequence.length() - 1, sequence.pages());
  }

  private void insertByAge(Sequence sequence) {
    int i = running.size();
    while (i > 0 && running.get(i - 1).order() > sequence.order()) {
      i--;
    }
    running.add(i, sequence);
  }

  /**
   * Gives a sequence pages for this many positions, taking them from the youngest if need be.
   *
   * @return false if the sequence itself was the youngest and had to go
   */
  boolean grow(Sequence sequence, int positions) {
    while (!pool.grow(sequence.pages(), positions)) {
      Sequence youngest = running.getLast();
      preempt(youngest);
      if (youngest == sequence) {
        return false;
      }
    }
    return true;
  }

  /** As {@link #grow}, but takes from nobody. */
  boolean growIfFree(Sequence sequence, int positions) {
    return pool.grow(sequence.pages(), positions);
  }

  /** Frees the pages beyond what is computed: a rejected draft's. */
  void shrink(Sequence sequence) {
    pool.shrink(sequence.pages(), sequence.computed());
  }

  private void preempt(Sequence sequence) {
    leave(sequence);
    sequence.times().preempted();
    waiting.add(0, sequence);
  }

  /** Takes back all pages, keeping full ones as a prefix for others. */
  void leave(Sequence sequence) {
    if (running.remove(sequence)) {
      publishPrefix(sequence);
      pool.release(sequence.pages());
      sequence.computed(0);
    } else {
      waiting.remove(sequence);
    }
  }

  /** Lets others share the full pages that a sequence has computed. */
  void publishPrefix(Sequence sequence) {
    if (prefixes != null) {
      prefixes.insert(sequence.tokens(), sequence.computed(), sequence.pages());
    }
  }

  /** Pages that sequences hold; what the prefix cache alone holds can be had at any time. */
  int pagesUsed() {
    return pool.pages() - pool.available();
  }

  int pagesFree() {
    return pool.available();
  }
}
