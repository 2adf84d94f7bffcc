package updraft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** An explanation as lines of text: findings first, then the figures behind them. */
final class ExplanationText {
  /** Budgets that are shown, beside the best one. */
  private static final List<Integer> NODES = List.of(0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 63);

  private ExplanationText() {}

  /**
   * @param request as {@code /debug/requests/ID} tells it
   * @param why its explanation
   */
  static List<String> lines(JsonNode request, JsonNode why) {
    List<String> lines = new ArrayList<>();
    lines.add(
        text(
            "request %s: %s, %s, prompt %d, answer %d tokens, %.0f ms",
            request.path("id").asString(""),
            request.path("model").asString(""),
            request.path("method").asString(""),
            request.path("prompt_tokens").asInt(),
            request.path("completion_tokens").asInt(),
            request.path("duration_ms").asDouble()));
    lines.add("");
    why.path("words").forEach(finding -> lines.add("- " + finding.asString()));
    lines.add("");
    parts(lines, why);
    budgets(lines, why.path("budgets"));
    return lines.stream().map(OneLine::of).toList();
  }

  private static void parts(List<String> lines, JsonNode why) {
    JsonNode parts = why.path("parts");
    lines.add(part("acceptance", parts.path("acceptance"), "tokens a round"));
    lines.add(part("draft cost", parts.path("draft_cost"), "time that drafting takes"));
    lines.add(part("verify cost", parts.path("verify_cost"), "rows that drafts add to a step"));
    lines.add(part("batch", parts.path("batch"), "other sequences in the steps"));
    lines.add(part("calibration", parts.path("calibration"), "steps against the cost curve"));
    lines.add(
        text(
            "= speed-up    %6.2f  predicted %.2f",
            why.path("actual_speedup").asDouble(), why.path("predicted_speedup").asDouble()));
  }

  private static String part(String name, JsonNode factor, String meaning) {
    return text("× %-11s %6.2f  %s", name, factor.asDouble(), meaning);
  }

  private static void budgets(List<String> lines, JsonNode budgets) {
    if (budgets.size() < 2) {
      return;
    }
    int best = 0;
    for (int i = 1; i < budgets.size(); i++) {
      best = hindsight(budgets, i) > hindsight(budgets, best) ? i : best;
    }
    lines.add("");
    lines.add("nodes  predicted  in hindsight");
    for (int i = 0; i < budgets.size(); i++) {
      int nodes = budgets.get(i).path("nodes").asInt();
      if (NODES.contains(nodes) || i == best) {
        lines.add(
            text(
                "%5d  %9.2f  %12.2f%s",
                nodes,
                budgets.get(i).path("predicted_speedup").asDouble(),
                hindsight(budgets, i),
                i == best ? "  best" : ""));
      }
    }
  }

  private static double hindsight(JsonNode budgets, int index) {
    return budgets.get(index).path("hindsight_speedup").asDouble();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
