package updraft.sample.grammar;

import java.util.Arrays;

/** A stack of ints that keeps its room. */
final class IntStack {
  private int[] items = new int[32];
  private int size;

  void push(int item) {
    if (size == items.length) {
      items = Arrays.copyOf(items, 2 * size);
    }
    items[size++] = item;
  }

  int pop() {
    return items[--size];
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    size = 0;
  }
}
