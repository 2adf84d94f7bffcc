package updraft.bench;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What tracing takes off tokens a second.
 *
 * @param rounds blocks of each line
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TracingTable(String cpu, int rounds, List<Line> lines) {
  /**
   * A way to trace.
   *
   * @param roundMillis how long a round of draft and verification is
   * @param bytesPerToken allocated by the engine's thread, the answers' texts included
   * @param exporterMicros processor time a round of threads that are not the engine's
   * @param loss median over pairs of blocks of 1 − its tokens a second ÷ those with tracing off
   * @param error standard error of that median, from the spread of the pairs
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Line(
      String arm,
      double tokensPerSecond,
      double acceptLength,
      double roundMillis,
      double bytesPerToken,
      double exporterMicros,
      double loss,
      double error) {}
}
