package updraft.cli.models;

/** Told how a transfer goes. */
public interface Progress extends AutoCloseable {
  Progress NONE = (done, total) -> {};

  /**
   * @param total bytes in all, or -1 when unknown
   */
  void at(long done, long total);

  @Override
  default void close() {}
}
