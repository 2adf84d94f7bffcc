package updraft.sim;

/**
 * The last accesses to each element, in order to find two of different work-items with no barrier
 * between, one of them a write. Of reads the last of two work-items are kept, and one of another
 * group, for barriers do not order groups: few, but each work-item that reads is known at some
 * time.
 */
final class AccessHistory {

  private final Accesses writes;
  private final Accesses reads;
  private final Accesses otherReads;
  private final Accesses otherGroups;

  AccessHistory(int size) {
    writes = new Accesses(size);
    reads = new Accesses(size);
    otherReads = new Accesses(size);
    otherGroups = new Accesses(size);
  }

  void read(int index, Checker checker, String array) {
    if (checker.atomic()) {
      return; // the write that follows stands for both
    }
    writes.check(index, checker, array, "read", "written");
    int last = reads.item(index);
    if (last >= 0 && last != checker.item()) {
      if (!checker.sameGroup(last)) {
        otherGroups.take(index, reads);
      }
      otherReads.take(index, reads);
    }
    reads.put(index, checker);
  }

  void write(int index, Checker checker, String array) {
    writes.check(index, checker, array, "written", "written");
    reads.check(index, checker, array, "written", "read");
    otherReads.check(index, checker, array, "written", "read");
    otherGroups.check(index, checker, array, "written", "read");
    writes.put(index, checker);
  }

  /** One access an element: work-item, barrier interval, line. */
  private static final class Accesses {

    private final int[] items;
    private final int[] intervals;
    private final String[] sites;

    /** Negative: none. Atomic accesses have bit 30 set in their interval. */
    private static final int ATOMIC = 1 << 30;

    Accesses(int size) {
      items = new int[size];
      intervals = new int[size];
      sites = new String[size];
      java.util.Arrays.fill(items, -1);
    }

    int item(int index) {
      return items[index];
    }

    void take(int index, Accesses from) {
      items[index] = from.items[index];
      intervals[index] = from.intervals[index];
      sites[index] = from.sites[index];
    }

    void put(int index, Checker checker) {
      items[index] = checker.item();
      intervals[index] = checker.interval() | (checker.atomic() ? ATOMIC : 0);
      sites[index] = Probe.site;
    }

    void check(int index, Checker checker, String array, String now, String then) {
      int item = items[index];
      if (item < 0 || item == checker.item()) {
        return;
      }
      boolean bothAtomic = checker.atomic() && (intervals[index] & ATOMIC) != 0;
      int interval = intervals[index] & ~ATOMIC;
      if (!bothAtomic && checker.concurrent(item, interval)) {
        throw checker.fault(
            "work-items must not race: array="
                + array
                + ", element="
                + index
                + " is "
                + now
                + " here and was "
                + then
                + " at "
                + sites[index]
                + " by "
                + checker.describe(item)
                + ", no barrier between; add one, or give the element to one work-item");
      }
    }
  }
}
