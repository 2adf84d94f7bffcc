package updraft.text.jinja;

import java.time.Clock;

/** The state of one rendering: its budget, its output so far, and where in the template it is. */
final class Rendering {
  private final Budget budget = new Budget();
  private final Clock clock;
  private StringBuilder output = new StringBuilder();
  private int at;

  Rendering(Clock clock) {
    this.clock = clock;
  }

  Budget budget() {
    return budget;
  }

  Clock clock() {
    return clock;
  }

  /** Offset in the template of what is being evaluated, for faults. */
  int at() {
    return at;
  }

  void moveTo(int place) {
    at = place;
  }

  void write(String text) {
    budget.spend(text.length());
    if (output.length() + text.length() > Budget.MAX_OUTPUT) {
      throw new Fault("a prompt must have at most " + Budget.MAX_OUTPUT + " characters");
    }
    output.append(text);
  }

  String output() {
    return output.toString();
  }

  /** What {@code body} writes, instead of writing it. */
  String capture(Runnable body) {
    StringBuilder outer = output;
    output = new StringBuilder();
    body.run();
    String captured = output.toString();
    output = outer;
    return captured;
  }
}
