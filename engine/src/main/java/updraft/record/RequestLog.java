package updraft.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last requests. Bounded in requests and, since a recorded one may be large, in recorded
 * rounds: the oldest lose their details first. Thread-safe.
 */
public final class RequestLog {
  /** Requests that are kept unless told otherwise. */
  public static final int DEFAULT_REQUESTS = 64;

  /** Rounds of all requests together: about a kilobyte each with drafts of 24 nodes. */
  static final int MAX_ROUNDS = 16_384;

  private final int capacity;
  private final List<RequestRecord> newestFirst = new ArrayList<>();

  /**
   * @param requests most that are kept, at least 0
   */
  public RequestLog(int requests) {
    if (requests < 0) {
      throw new IllegalArgumentException("requests must be at least 0: requests=" + requests);
    }
    capacity = requests;
  }

  /** A request begins to be served. */
  public synchronized void add(RequestRecord request) {
    newestFirst.addFirst(request);
    if (newestFirst.size() > capacity) {
      newestFirst.removeLast();
    }
  }

  /** A request has ended: takes the place of what was kept of it, unless that is gone. */
  public synchronized void update(RequestRecord request) {
    int at = indexOf(request.id());
    if (at >= 0) {
      newestFirst.set(at, request);
      boundRounds();
    }
  }

  private void boundRounds() {
    int rounds = 0;
    for (int i = 0; i < newestFirst.size(); i++) {
      RequestDetail detail = newestFirst.get(i).detail();
      rounds += detail == null ? 0 : detail.rounds().size();
      if (detail != null && rounds > MAX_ROUNDS) {
        newestFirst.set(i, newestFirst.get(i).withoutDetail());
      }
    }
  }

  /** All that are kept, newest first. */
  public synchronized List<RequestRecord> newestFirst() {
    return List.copyOf(newestFirst);
  }

  /** The newest with this id. */
  public synchronized Optional<RequestRecord> find(String id) {
    int at = indexOf(id);
    return at < 0 ? Optional.empty() : Optional.of(newestFirst.get(at));
  }

  private int indexOf(String id) {
    for (int i = 0; i < newestFirst.size(); i++) {
      if (newestFirst.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }
}
