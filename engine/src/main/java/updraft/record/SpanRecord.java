package updraft.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A stage that has ended: the same as its span, also when nothing is exported.
 *
 * @param choice which of the request's answers
 * @param round that it belongs to, or 0
 * @param startNanos from the request's start
 * @param attributes by name, values long or string
 */
public record SpanRecord(
    String name,
    int choice,
    int round,
    long startNanos,
    long durationNanos,
    Map<String, Object> attributes) {
  public SpanRecord {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
