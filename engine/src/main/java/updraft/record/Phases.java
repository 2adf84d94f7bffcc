package updraft.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import updraft.record.Explainer.Sums;

/** When drafting went on and off in the first choice, and what each phase gave. */
final class Phases {
  /** Shorter pauses do not end a phase. */
  private static final int SHORT = 4;

  private static final int MOST = 6;

  private Phases() {}

  /**
   * @param drafting whether drafts were verified
   * @param from the first round, an index
   * @param to after the last
   */
  private record Phase(boolean drafting, int from, int to) {}

  /** One line, or none when nothing changed. */
  static List<String> lines(List<RoundRecord> rounds) {
    List<RoundRecord> first = rounds.stream().filter(round -> round.choice() == 0).toList();
    List<Phase> phases = phases(first);
    if (phases.size() < 2) {
      return List.of();
    }
    List<String> said = new ArrayList<>();
    for (Phase phase : phases.subList(0, Math.min(MOST, phases.size()))) {
      said.add(describe(phase, first));
    }
    String rest = phases.size() > MOST ? ", and so on" : "";
    return List.of("Drafting was " + String.join(", ", said) + rest + ".");
  }

  private static List<Phase> phases(List<RoundRecord> rounds) {
    List<Phase> phases = new ArrayList<>();
    int from = 0;
    while (from < rounds.size()) {
      boolean drafting = drafts(rounds, from);
      int to = from + 1;
      while (to < rounds.size() && drafts(rounds, to) == drafting) {
        to++;
      }
      Phase last = phases.isEmpty() ? null : phases.getLast();
      if (last != null && (to - from <= SHORT || last.drafting() == drafting)) {
        phases.set(phases.size() - 1, new Phase(last.drafting(), last.from(), to));
      } else {
        phases.add(new Phase(drafting, from, to));
      }
      from = to;
    }
    return phases;
  }

  private static boolean drafts(List<RoundRecord> rounds, int index) {
    return rounds.get(index).state().verifies();
  }

  private static String describe(Phase phase, List<RoundRecord> rounds) {
    List<RoundRecord> part = rounds.subList(phase.from(), phase.to());
    String range =
        phase.to() - phase.from() == 1
            ? "in round " + (phase.from() + 1)
            : "in rounds " + (phase.from() + 1) + "–" + phase.to();
    if (phase.drafting()) {
      return "on " + range + String.format(Locale.ROOT, " (%.2f×)", new Sums(part).actual());
    }
    long tried = part.stream().filter(round -> round.state() == DraftState.PROBE).count();
    return "off " + range + why(part) + (tried == 0 ? "" : ", tried again " + tried + " times");
  }

  private static String why(List<RoundRecord> part) {
    long paused = count(part, DraftState.PAUSED) + count(part, DraftState.NOT_WORTH);
    long nothing = count(part, DraftState.NOTHING_FOUND);
    return paused == 0 && nothing == 0
        ? ""
        : paused >= nothing ? " (it did not pay)" : " (nothing to draft from)";
  }

  private static long count(List<RoundRecord> part, DraftState state) {
    return part.stream().filter(round -> round.state() == state).count();
  }
}
