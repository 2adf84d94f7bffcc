package updraft.server.models;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;

/**
 * A model as of now.
 *
 * @param loads how many times it was loaded
 * @param failure why it could not be loaded the last time, or null
 * @param engine while it is loaded, else null; may be closed at any time unless leased
 */
public record ModelStatus(
    String name, State state, long loads, @Nullable String failure, @Nullable Engine engine) {

  public enum State {
    UNLOADED,
    LOADING,
    LOADED;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
