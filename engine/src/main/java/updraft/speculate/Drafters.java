package updraft.speculate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;
import updraft.request.SpeculationMethod;

/** Which drafter serves which method. A method without one is refused, never replaced. */
public final class Drafters implements AutoCloseable {
  private final Map<SpeculationMethod, Drafter> byMethod = new EnumMap<>(SpeculationMethod.class);

  /** Each different drafter, in the order in which methods name them. */
  private final List<Drafter> all = new ArrayList<>();

  private Drafters() {}

  /** One drafter for every method that drafts. */
  public static Drafters only(Drafter drafter) {
    Drafters drafters = new Drafters();
    for (SpeculationMethod method : SpeculationMethod.values()) {
      if (method != SpeculationMethod.OFF) {
        drafters.put(method, drafter);
      }
    }
    return drafters;
  }

  /** N-grams, which need nothing but tokens. */
  public static Drafters ngram(Drafter ngram) {
    Drafters drafters = new Drafters();
    drafters.put(SpeculationMethod.AUTO, ngram);
    drafters.put(SpeculationMethod.NGRAM, ngram);
    return drafters;
  }

  /** Serves a method by a drafter from now on. */
  public Drafters put(SpeculationMethod method, Drafter drafter) {
    byMethod.put(method, drafter);
    all.clear();
    byMethod.values().stream().distinct().forEach(all::add);
    return this;
  }

  /** The drafter of a method, or null for {@code OFF} and methods that need what is not there. */
  public @Nullable Drafter of(SpeculationMethod method) {
    return byMethod.get(method);
  }

  public List<Drafter> all() {
    return all;
  }

  /** Layers whose hidden states any of them wants. */
  public int[] hiddenStateLayers() {
    return all.stream()
        .flatMapToInt(drafter -> java.util.Arrays.stream(drafter.hiddenStateLayers()))
        .distinct()
        .toArray();
  }

  /**
   * @throws InvalidRequestException if a method has no drafter; says which have
   */
  public void check(SpeculationMethod method) {
    if (method == SpeculationMethod.OFF || byMethod.containsKey(method)) {
      return;
    }
    String needed =
        method == SpeculationMethod.DRAFT
            ? "a draft model of the same vocabulary"
            : "an EAGLE head of this model";
    throw new InvalidRequestException(
        "speculation.method",
        "speculation.method must be one that this model has drafters for, "
            + method.wireName()
            + " needs "
            + needed
            + " (--draft-model FILE): speculation.method="
            + method.wireName()
            + ", available=off, "
            + byMethod.keySet().stream()
                .map(SpeculationMethod::wireName)
                .collect(Collectors.joining(", ")));
  }

  @Override
  public void close() {
    all.forEach(Drafter::close);
  }
}
