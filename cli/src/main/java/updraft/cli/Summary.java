package updraft.cli;

import java.util.Locale;
import updraft.request.GenerateResult;
import updraft.request.SpeculationStats;

/** A result's figures in a line. */
final class Summary {
  private Summary() {}

  static String of(GenerateResult result) {
    GenerateResult.Timings timings = result.timings();
    SpeculationStats drafting = result.speculation();
    int afterFirst = result.completionTokens() - result.choices().size();
    double rate = timings.decodeNanos() == 0 ? 0 : afterFirst / (timings.decodeNanos() / 1e9);
    return String.format(
        Locale.ROOT,
        "[prompt %d tokens (%d cached), answer %d, first after %.0f ms, %.1f tok/s; %s: τ %.2f,"
            + " accepted %d of %d]",
        result.promptTokens(),
        result.cachedTokens(),
        result.completionTokens(),
        timings.firstTokenNanos() / 1e6,
        rate,
        drafting.method(),
        drafting.acceptLength(),
        drafting.accepted(),
        drafting.drafted());
  }
}
