package updraft.sim;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** What happened to each element of one array: whether it was written, and who came last. */
final class Cells implements Watch {

  private final int size;
  private final BitSet written = new BitSet();

  /** Elements that the launch has read; while traffic is counted. */
  private final BitSet seen = new BitSet();

  private String name;
  private String lastTask = "none";
  private @Nullable Checker checker;
  private boolean shared;
  private @Nullable AccessHistory history;

  Cells(String name, int size) {
    this.name = name;
    this.size = size;
  }

  /** From now on accesses are those of a kernel; {@code isShared}: other work-items may write. */
  Cells watchedBy(Checker kernel, String nameInKernel, boolean isShared) {
    checker = kernel;
    seen.clear();
    name = nameInKernel;
    shared = isShared;
    if (isShared && history == null) {
      history = new AccessHistory(size);
    }
    return this;
  }

  void wholeWritten() {
    written.set(0, size);
  }

  /** The first element that holds garbage, or -1. */
  int firstUnwritten() {
    int first = written.nextClearBit(0);
    return first < size ? first : -1;
  }

  String name() {
    return name;
  }

  int size() {
    return size;
  }

  String lastTask() {
    return lastTask;
  }

  @Override
  public void read(int index) {
    checkBounds(index);
    if (!written.get(index)) {
      throw running()
          .fault(
              "an element must be written before it is read: array="
                  + name
                  + ", element="
                  + index
                  + ", size="
                  + size
                  + hint());
    }
    if (shared && history != null) {
      history.read(index, running(), name);
    }
    if (Traffic.counts() && !name.contains(" ")) { // not a group's or item's own
      Traffic.read(running().task(), name, !seen.get(index));
      seen.set(index);
    }
  }

  @Override
  public void write(int index) {
    checkBounds(index);
    written.set(index);
    lastTask = running().task();
    if (shared && history != null) {
      history.write(index, running(), name);
    }
  }

  private Checker running() {
    Checker kernel = checker;
    if (kernel == null) {
      throw new IllegalStateException("an array of the device must be used by a kernel alone");
    }
    return kernel;
  }

  private String hint() {
    return name.startsWith("private")
        ? "; private arrays start as garbage on a device: initialise them"
        : name.startsWith("local")
            ? "; local arrays start as garbage: let work-items write it, then wait at a barrier"
            : "; nothing was transferred or written there, and an array that the first task only"
                + " writes is never copied in";
  }

  private void checkBounds(int index) {
    if (index < 0 || index >= size) {
      throw running()
          .fault(
              "an index must be in [0, size): array="
                  + name
                  + ", element="
                  + index
                  + ", size="
                  + size);
    }
  }
}
