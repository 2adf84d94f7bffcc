package updraft.schedule;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests between their callers and the engine thread, first in, first out. Bounded: what does not
 * fit is refused at once, what was accepted is never lost.
 */
final class AdmissionQueue {
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Generation> waiting = new ArrayDeque<>();
  private boolean closed;

  AdmissionQueue(int capacity) {
    this.capacity = capacity;
  }

  /**
   * @throws QueueFullException if {@code capacity} requests wait already
   * @throws EngineClosedException after {@link #close}
   */
  void add(Generation generation) {
    lock.lock();
    try {
      if (closed) {
        throw new EngineClosedException();
      }
      if (waiting.size() >= capacity) {
        throw new QueueFullException(capacity);
      }
      waiting.add(generation);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The next request, or null when none waits. */
  @Nullable Generation poll() {
    lock.lock();
    try {
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until a request waits, the queue is closed, or the time is up. */
  void await(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (waiting.isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the engine thread is ours; nobody interrupts it
    } finally {
      lock.unlock();
    }
  }

  /** Refuses requests from now on; those accepted stay. */
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out and returns the requests that meet a condition. */
  List<Generation> removeIf(Predicate<Generation> condition) {
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        return List.of();
      }
      List<Generation> removed = waiting.stream().filter(condition).toList();
      waiting.removeAll(removed);
      return removed;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
