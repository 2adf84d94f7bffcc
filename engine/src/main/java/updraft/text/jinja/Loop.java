package updraft.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code loop} is in the body of a loop. */
final class Loop {
  private final List<Object> items;
  private int index;
  private @Nullable Object lastSeen;

  Loop(List<Object> items) {
    this.items = items;
  }

  void moveTo(int newIndex) {
    index = newIndex;
  }

  Object attribute(String name) {
    return switch (name) {
      case "index0" -> (long) index;
      case "index" -> index + 1L;
      case "revindex0" -> items.size() - index - 1L;
      case "revindex" -> (long) items.size() - index;
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> (long) items.size();
      case "depth0" -> 0L;
      case "depth" -> 1L;
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> (Callable) (rendering, arguments) -> cycle(arguments.positional());
      case "changed" -> (Callable) this::changed;
      default -> new Undefined("'loop' has no attribute '" + name + "'");
    };
  }

  private Object cycle(List<Object> values) {
    if (values.isEmpty()) {
      throw new Fault("'cycle' needs at least one value");
    }
    return values.get(index % values.size());
  }

  private Object changed(Rendering rendering, Arguments arguments) {
    Object seen = new Tuple(arguments.positional());
    boolean changed = lastSeen == null || !Ordering.equal(lastSeen, seen, rendering);
    lastSeen = seen;
    return changed;
  }
}
