package updraft.schedule;

/** The engine has as many requests waiting as it accepts; try again later. */
public final class QueueFullException extends RuntimeException {
  public QueueFullException(int capacity) {
    super("queue is full, try again later: queue_capacity=" + capacity);
  }
}
