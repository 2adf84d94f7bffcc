package updraft.speculate;

import java.util.List;

/** Verifiers by name. */
public final class Verifiers {
  /** Names, the default first. */
  public static final List<String> NAMES =
      List.of("coupled", "target-only", "target-only-lossy", "rejection");

  private Verifiers() {}

  /**
   * The verifier of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Verifier of(String name) {
    return switch (name) {
      case "coupled" -> new CoupledVerifier();
      case "target-only" -> new TargetOnlyVerifier(1, 1);
      case "target-only-lossy" -> new TargetOnlyVerifier(0.5, 0.5);
      case "rejection" -> new RejectionVerifier();
      default ->
          throw new IllegalArgumentException(
              "verifier must be one of " + String.join(", ", NAMES) + ": verifier=" + name);
    };
  }
}
