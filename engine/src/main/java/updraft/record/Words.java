package updraft.record;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import updraft.record.Explainer.Sums;
import updraft.record.Explanation.Budget;
import updraft.record.Explanation.Parts;

/** An explanation in words that a person can act on. */
final class Words {
  /** Factors nearer to 1 are not worth a line. */
  private static final double NOTABLE = 0.1;

  private final List<String> lines = new ArrayList<>();
  private final List<RoundRecord> rounds;
  private final Sums sums;

  private Words(List<RoundRecord> rounds, Sums sums) {
    this.rounds = rounds;
    this.sums = sums;
  }

  static List<String> of(
      List<RoundRecord> rounds,
      Sums sums,
      Parts parts,
      double predicted,
      double actual,
      List<Budget> budgets) {
    Words words = new Words(rounds, sums);
    if (rounds.isEmpty()) {
      words.say("No round was verified: the answer ended with its first token or before.");
      return words.lines;
    }
    double fair = actual / parts.calibration(); // what steps took beyond the curve is no draft's
    words.headline(predicted, fair);
    words.lines.addAll(Phases.lines(rounds));
    words.drafter(parts);
    words.costs(parts);
    words.budgets(fair, budgets);
    return words.lines;
  }

  private void headline(double predicted, double fair) {
    if (count(DraftState.OFF) == rounds.size()) {
      say(
          "Speculation was off: %d tokens, one a step. Leave speculation.method at auto to let the"
              + " engine draft where it pays.",
          sums.tokens);
      return;
    }
    if (sums.drafted == 0) {
      say("Nothing was drafted: %d tokens, one a step, %.2f× plain decoding.", sums.tokens, fair);
      return;
    }
    String pays =
        fair > 1.02
            ? "Drafting paid"
            : fair < 0.98 ? "Drafting cost time" : "Drafting came out even";
    say(
        "%s: %.2f× plain decoding at this machine's costs (predicted %.2f×), %d tokens in %d"
            + " rounds, %.2f tokens a round.",
        pays, fair, predicted, sums.tokens, sums.rounds, (double) sums.tokens / sums.rounds);
  }

  private void drafter(Parts parts) {
    int nothing = count(DraftState.NOTHING_FOUND);
    int drafting = sums.rounds - count(DraftState.OFF);
    if (drafting > 0 && nothing > drafting / 2) {
      say(
          "In %d of %d rounds the drafter found nothing: the text repeats neither itself nor its"
              + " prompt. A prediction, an EAGLE head or a draft model can draft where n-grams"
              + " cannot.",
          nothing, sums.rounds);
    }
    int refused = count(DraftState.NOT_WORTH) + count(DraftState.PAUSED);
    if (drafting > 0 && refused > drafting / 2) {
      say(
          "In %d of %d rounds verifying the draft would have cost more than it promised, so none"
              + " was: that is the engine's own choice, and right as long as its costs are.",
          refused, sums.rounds);
    }
    if (sums.drafted > 0) {
      double rate = (double) sums.accepted / sums.drafted;
      say(
          "Of %d drafted tokens %d were right (%.0f %%)%s.",
          sums.drafted,
          sums.accepted,
          100 * rate,
          rate < 0.25 && parts.acceptance() < 1.5
              ? ": this text is hard to guess, drafting less is right here"
              : "");
    }
  }

  private void costs(Parts parts) {
    if (sums.draftShare() > NOTABLE) {
      say(
          "Drafting took %.0f %% of the time: a cheaper drafter, or a smaller depth, would help.",
          100 * sums.draftShare());
    }
    if (sums.drafted > 0 && parts.verifyCost() < 1 - NOTABLE) {
      say(
          "Verifying %.1f rows instead of 1 takes %.2f times as long on this machine; below %.2f"
              + " tokens a round drafting loses.",
          1 + (double) sums.drafted / sums.rounds,
          1 / parts.verifyCost(),
          1 / (parts.verifyCost() * parts.batch() * parts.draftCost()));
    }
    double company = sums.batch / sums.rounds;
    if (company > 1.5 && Math.abs(parts.batch() - 1) > NOTABLE) {
      say(
          "Steps served %.1f sequences on average, which made drafted rows %s (×%.2f).",
          company, parts.batch() > 1 ? "cheaper" : "dearer", parts.batch());
    }
    if (Math.abs(parts.calibration() - 1) > NOTABLE) {
      say(
          "Steps took %.0f %% %s than the cost curve said: %s.",
          100 * Math.abs(1 / parts.calibration() - 1),
          parts.calibration() < 1 ? "longer" : "less",
          parts.calibration() < 1
              ? "the machine was busy, or the context is long; speed-ups are uncertain by as much"
              : "the curve was measured on a busier machine and is catching up");
    }
  }

  private void budgets(double fair, List<Budget> budgets) {
    Budget best =
        budgets.stream()
            .max(Comparator.comparingDouble(Budget::hindsightSpeedup))
            .orElse(new Budget(0, 1, 1));
    double chosen = (double) sums.drafted / sums.rounds;
    if (budgets.size() <= 1) {
      return;
    }
    if (best.nodes() == 0 && fair < 0.98) {
      say(
          "With hindsight no draft would have been fastest; %.1f nodes a round were verified. Say"
              + " speculation.method=off for text like this, or auto to find out by itself.",
          chosen);
    } else if (best.hindsightSpeedup() > 1.05 * Math.max(1, fair)) {
      say(
          "With hindsight %d nodes in every round would have given %.2f×; %.1f were verified on"
              + " average. speculation.nodes=%d does that for text like this.",
          best.nodes(), best.hindsightSpeedup(), chosen, best.nodes());
    } else {
      say(
          "No fixed number of nodes would have been much better: the best, %d, gives %.2f×; %.1f"
              + " were verified on average.",
          best.nodes(), best.hindsightSpeedup(), chosen);
    }
  }

  private int count(DraftState state) {
    return (int) rounds.stream().filter(round -> round.state() == state).count();
  }

  private void say(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values));
  }
}
