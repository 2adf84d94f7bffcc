package updraft.forward;

/**
 * How a backend is set up.
 *
 * @param threads compute threads, at least 1
 * @param pages pages of keys and values; 0 for room for four full contexts, or as much of it as
 *     fits into half of the memory that is free
 * @param maxRows most rows of a forward, at least 1
 * @param maxLogitsRows most rows of a forward that want logits, at least 1
 * @param keyValueType how keys and values are stored
 * @param lanes what kind of kernels
 */
public record BackendOptions(
    int threads,
    int pages,
    int maxRows,
    int maxLogitsRows,
    KeyValueType keyValueType,
    Lanes lanes) {

  public BackendOptions {
    atLeast("threads", threads, 1);
    atLeast("pages", pages, 0);
    atLeast("maxRows", maxRows, 1);
    atLeast("maxLogitsRows", maxLogitsRows, 1);
  }

  /** The same for a draft network beside a target, all of whose rows want logits. */
  BackendOptions forDrafts(int targetPages, int rows) {
    return new BackendOptions(threads, targetPages, rows, rows, keyValueType, lanes);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ": " + name + "=" + value);
    }
  }

  /** Storage of keys and values. */
  public enum KeyValueType {
    F16,
    F32
  }

  /** What the CPU's kernels are made of; all give the same bits. */
  public enum Lanes {
    /** Native where they can be had, else the Vector API. */
    AUTO,
    /** C, for the best instruction set there is. */
    NATIVE,
    /** The Vector API at the machine's preferred width. */
    VECTOR,
    /** Neither. */
    SCALAR,
    /** The Vector API at this width, as the others. */
    BITS_128,
    BITS_256,
    BITS_512
  }
}
