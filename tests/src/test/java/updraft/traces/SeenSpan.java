package updraft.traces;

import java.util.Map;

/**
 * A span as a collector has it.
 *
 * @param parent the parent's id, or empty
 * @param start nanoseconds since 1970
 * @param failed whether its status is an error
 * @param attributes numbers as long or double, all else as it is
 * @param links how many
 */
record SeenSpan(
    String trace,
    String id,
    String parent,
    String name,
    long start,
    long end,
    boolean failed,
    Map<String, Object> attributes,
    int links) {

  long number(String attribute) {
    return ((Number) attributes.get(attribute)).longValue();
  }
}
