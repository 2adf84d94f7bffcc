package updraft.sim;

/** Sees each access to an array before it happens, and throws when it must not. */
public interface Watch {

  /** Element {@code index} is about to be read. */
  void read(int index);

  /** Element {@code index} is about to be written. */
  void write(int index);
}
