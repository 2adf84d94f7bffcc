package updraft.server;

import java.util.List;

/**
 * Who may use the server.
 *
 * @param keys of which clients must send one as a bearer token; none for no check
 * @param requestsPerKey most generating requests that a key may have under way; 0 for no limit
 * @param origins whose pages in a browser may read answers, {@code *} for all; none by default
 */
public record AccessOptions(List<String> keys, int requestsPerKey, List<String> origins) {
  public static final AccessOptions OPEN = new AccessOptions(List.of(), 0, List.of());

  public AccessOptions {
    keys = List.copyOf(keys);
    origins = List.copyOf(origins);
    if (keys.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("a key must not be blank, leave it out for no check");
    }
    if (requestsPerKey < 0) {
      throw new IllegalArgumentException(
          "requestsPerKey must be at least 0: requestsPerKey=" + requestsPerKey);
    }
  }

  /** Keys are never shown. */
  @Override
  public String toString() {
    return "AccessOptions[keys="
        + keys.size()
        + ", requestsPerKey="
        + requestsPerKey
        + ", origins="
        + origins
        + "]";
  }
}
