package updraft.text.jinja;

/** What went wrong inside a template, before its line and column are known. */
final class Fault extends RuntimeException {
  /** For a fault whose place is that of the expression being evaluated. */
  static final int UNPLACED = -1;

  private final String what;
  private final int at;
  private final boolean raised;

  private Fault(String what, int at, boolean raised) {
    super(what, null, false, false);
    this.what = what;
    this.at = at;
    this.raised = raised;
  }

  Fault(String what) {
    this(what, UNPLACED, false);
  }

  Fault(String what, int at) {
    this(what, at, false);
  }

  /** The template's own refusal. */
  static Fault raised(String what) {
    return new Fault(what, UNPLACED, true);
  }

  Fault placed(int place) {
    return at == UNPLACED ? new Fault(what, place, raised) : this;
  }

  String what() {
    return what;
  }

  int at() {
    return at;
  }

  boolean raised() {
    return raised;
  }
}
