package updraft.schedule;

/** The engine is shutting down and takes no more requests. */
public final class EngineClosedException extends RuntimeException {
  public EngineClosedException() {
    super("the engine is shutting down and takes no more requests");
  }
}
