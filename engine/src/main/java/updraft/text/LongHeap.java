package updraft.text;

import java.util.Arrays;

/** A binary min-heap of longs: the queue of merges and of special-token matches. */
final class LongHeap {
  private long[] heap = new long[64];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void add(long key) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (heap[parent] <= key) {
        break;
      }
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = key;
  }

  /** Removes and returns the least key of a heap that is not empty. */
  long poll() {
    long least = heap[0];
    long key = heap[--size];
    int hole = 0;
    int child = 1;
    while (child < size) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (key <= heap[child]) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
      child = 2 * hole + 1;
    }
    heap[hole] = key;
    return least;
  }
}
