package updraft.trace;

/** Something whose stages are timed: what the engine passes to a batch stamp. */
public interface Timed {
  RequestTimes times();
}
