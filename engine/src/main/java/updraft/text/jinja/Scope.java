package updraft.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a block, in front of those around it. */
final class Scope {
  private final @Nullable Scope outer;
  private final Map<String, Object> variables;

  private Scope(@Nullable Scope outer, Map<String, Object> variables) {
    this.outer = outer;
    this.variables = variables;
  }

  static Scope outermost(Map<String, Object> variables) {
    return new Scope(null, variables);
  }

  Scope inner() {
    return new Scope(this, new HashMap<>());
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }

  @Nullable Object find(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Object value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
