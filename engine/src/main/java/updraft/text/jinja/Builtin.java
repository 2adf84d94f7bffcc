package updraft.text.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A filter, test, method or function of the renderer itself. */
final class Builtin implements Callable {
  /** What a builtin does. */
  interface Body {
    Object apply(Rendering rendering, Bound arguments);
  }

  private final String name;
  private final List<String> parameters = new ArrayList<>();
  private final boolean open;
  private final Body body;
  private int required;

  private Builtin(String signature, Body body) {
    String[] words = signature.split(" ");
    this.name = words[0];
    this.open = words[words.length - 1].equals("*");
    this.body = body;
    for (String word : Arrays.asList(words).subList(1, words.length - (open ? 1 : 0))) {
      boolean optional = word.endsWith("?");
      parameters.add(optional ? word.substring(0, word.length() - 1) : word);
      required += optional ? 0 : 1;
    }
  }

  /**
   * @param signature name and parameters apart by spaces; optional ones end in {@code ?}; a last
   *     {@code *} takes any more
   */
  static Builtin of(String signature, Body body) {
    return new Builtin(signature, body);
  }

  static void register(Map<String, Builtin> registry, String signature, Body body) {
    Builtin builtin = of(signature, body);
    registry.put(builtin.name, builtin);
  }

  String name() {
    return name;
  }

  /** This method of {@code receiver}. */
  Callable bind(Object receiver) {
    return (rendering, arguments) -> call(rendering, arguments.after(receiver));
  }

  @Override
  public Object call(Rendering rendering, Arguments arguments) {
    List<Object> positional = arguments.positional();
    if (positional.size() > parameters.size() && !open) {
      throw new Fault(
          "'" + name + "' takes at most " + parameters.size() + " values: " + positional.size());
    }
    @Nullable Object[] values = new @Nullable Object[parameters.size()];
    for (int i = 0; i < Math.min(positional.size(), values.length); i++) {
      values[i] = positional.get(i);
    }
    arguments.named().forEach((key, value) -> bindNamed(values, key, value));
    for (int i = 0; i < required; i++) {
      if (values[i] == null) {
        throw new Fault("'" + name + "' needs '" + parameters.get(i) + "'");
      }
    }
    return body.apply(rendering, new Bound(name, values, arguments, parameters.size()));
  }

  private void bindNamed(@Nullable Object[] values, String key, Object value) {
    int i = parameters.indexOf(key);
    if (i >= 0 && values[i] == null) {
      values[i] = value;
    } else if (!open || i >= 0) {
      throw new Fault("'" + name + "' takes no argument '" + key + "' here");
    }
  }
}
