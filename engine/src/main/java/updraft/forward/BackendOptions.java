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
 * @param lanes vector width
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

  /** Vector width of the CPU's kernels; all give the same bits. */
  public enum Lanes {
    /** The machine's preferred width. */
    AUTO,
    /** No Vector API. */
    SCALAR,
    BITS_128,
    BITS_256,
    BITS_512
  }
}
