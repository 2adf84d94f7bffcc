package updraft.sample.grammar;

import java.util.Arrays;

/**
 * A set of numbers by open addressing, emptied often: a place counts when it has this round's mark.
 */
final class PairSet {
  private long[] items = new long[64];
  private int[] marks = new int[64];
  private int mark = 1;
  private int size;

  void clear() {
    size = 0;
    if (++mark == 0) {
      Arrays.fill(marks, 0);
      mark = 1;
    }
  }

  /** Whether it was not there. */
  boolean add(long item) {
    int place = place(item);
    if (marks[place] == mark) {
      return false;
    }
    if (2 * ++size > items.length) {
      grow();
      place = place(item);
    }
    items[place] = item;
    marks[place] = mark;
    return true;
  }

  private int place(long item) {
    int mask = items.length - 1;
    long hash = item * 0x9E3779B97F4A7C15L;
    int place = (int) (hash ^ hash >>> 32) & mask;
    while (marks[place] == mark && items[place] != item) {
      place = place + 1 & mask;
    }
    return place;
  }

  private void grow() {
    long[] old = items;
    int[] oldMarks = marks;
    items = new long[2 * old.length];
    marks = new int[2 * old.length];
    for (int i = 0; i < old.length; i++) {
      if (oldMarks[i] == mark) {
        int place = place(old[i]);
        items[place] = old[i];
        marks[place] = mark;
      }
    }
  }
}
