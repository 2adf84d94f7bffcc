package updraft.text.jinja;

import java.time.ZonedDateTime;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {
  /** What Jinja's sandbox allows too. */
  private static final int MAX_RANGE = 100_000;

  private static final Map<String, Builtin> FUNCTIONS = new HashMap<>();

  static {
    Builtin.register(FUNCTIONS, "range start stop? step?", (r, a) -> range(a));
    Builtin.register(FUNCTIONS, "dict *", (r, a) -> dict(a.all(), r));
    Builtin.register(FUNCTIONS, "namespace *", (r, a) -> namespace(a.all(), r));
    Builtin.register(FUNCTIONS, "raise_exception message", Globals::raise);
    Builtin.register(
        FUNCTIONS,
        "strftime_now format",
        (r, a) -> TimeFormat.format(a.text(0), ZonedDateTime.now(r.clock()), r));
  }

  private Globals() {}

  /** A scope for one rendering: a template cannot change another's. */
  static Scope scope() {
    return Scope.outermost(new HashMap<>(FUNCTIONS));
  }

  private static Object raise(Rendering rendering, Bound arguments) {
    throw Fault.raised(Printer.str(arguments.get(0), rendering));
  }

  private static List<Object> range(Bound arguments) {
    long start = arguments.has(1) ? arguments.integer(0) : 0;
    long stop = arguments.has(1) ? arguments.integer(1) : arguments.integer(0);
    long step = arguments.integer(2, 1);
    if (step == 0) {
      throw new Fault("the step of a range must not be zero");
    }
    long size = Math.max(0, Math.ceilDiv(stop - start, step));
    if (size > MAX_RANGE) {
      throw new Fault("a range must have at most " + MAX_RANGE + " items: " + size);
    }
    return new Range(start, step, (int) size);
  }

  private static final class Range extends AbstractList<Object> {
    private final long start;
    private final long step;
    private final int size;

    Range(long start, long step, int size) {
      this.start = start;
      this.step = step;
      this.size = size;
    }

    @Override
    public Object get(int index) {
      return start + step * index;
    }

    @Override
    public int size() {
      return size;
    }
  }

  private static Map<Object, Object> dict(Arguments arguments, Rendering rendering) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    for (Object source : arguments.positional()) {
      if (source instanceof Map<?, ?> map) {
        rendering.budget().spendElements(2L * map.size());
        dict.putAll(map);
      } else {
        addPairs(source, dict, rendering);
      }
    }
    dict.putAll(arguments.named());
    return dict;
  }

  private static void addPairs(Object source, Map<Object, Object> dict, Rendering rendering) {
    for (Object pair : Values.items(source, rendering)) {
      if (!(pair instanceof List<?> both) || both.size() != 2) {
        throw new Fault("a dict must be made of pairs");
      }
      dict.put(Values.hashable(both.get(0)), both.get(1));
    }
  }

  private static Namespace namespace(Arguments arguments, Rendering rendering) {
    Map<String, Object> fields = new LinkedHashMap<>();
    dict(arguments, rendering)
        .forEach((name, value) -> fields.put(Printer.str(name, rendering), value));
    return new Namespace(fields);
  }
}
