package updraft.server.models;

import java.time.Duration;

/**
 * When loaded models make room.
 *
 * @param memoryBytes most that loaded models may take together, by their offers
 * @param idle how long nobody asks for a model before it is unloaded; zero for never
 */
public record ModelLimits(long memoryBytes, Duration idle) {
  /** Whatever is loaded stays. */
  public static final ModelLimits NONE = new ModelLimits(Long.MAX_VALUE, Duration.ZERO);

  public ModelLimits {
    if (memoryBytes < 1) {
      throw new IllegalArgumentException(
          "memoryBytes must be at least 1: memoryBytes=" + memoryBytes);
    }
    if (idle.isNegative()) {
      throw new IllegalArgumentException("idle must not be negative: idle=" + idle);
    }
  }
}
