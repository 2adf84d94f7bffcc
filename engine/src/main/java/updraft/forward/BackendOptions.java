package updraft.forward;

/**
 * How a backend is set up.
 *
 * @param threads compute threads, at least 1
 * @param pages pages of keys and values; 0 for as many as one full context and the memory allow
 * @param maxRows most rows of a forward
 * @param maxLogitsRows most rows of a forward that want logits
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
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: threads=" + threads);
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
