package updraft.request;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Who drafts. */
public enum SpeculationMethod {
  /**
   * The engine chooses drafter and budget by what they have been measured to gain, off included.
   */
  AUTO,
  /** Plain decoding. */
  OFF,
  /** Continuations of earlier occurrences of the latest tokens. */
  NGRAM,
  /** An EAGLE head of the target. */
  EAGLE,
  /** A small model of the same vocabulary. */
  DRAFT,
  /** Both n-grams and an EAGLE head, their drafts merged into one tree. */
  NGRAM_EAGLE;

  /** The lower-case name used on the command line, in requests and in spans. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '+');
  }

  /** The method of this name; refuses others with the list of what there is. */
  public static SpeculationMethod of(String name) {
    for (SpeculationMethod method : values()) {
      if (method.wireName().equals(name)) {
        return method;
      }
    }
    throw new InvalidRequestException(
        "speculation.method",
        "speculation.method must be one of "
            + Arrays.stream(values())
                .map(SpeculationMethod::wireName)
                .collect(Collectors.joining(", "))
            + ": speculation.method="
            + name);
  }
}
