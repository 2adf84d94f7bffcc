package updraft.record;

import java.util.Locale;

/** What became of drafting in a round. */
public enum DraftState {
  /** A draft was verified. */
  DRAFTED,
  /** A node was verified to learn whether drafting pays again. */
  PROBE,
  /** The drafter had nothing to propose. */
  NOTHING_FOUND,
  /** What it proposed would have cost more than it promised. */
  NOT_WORTH,
  /** Drafting had not paid lately, so nothing was asked of the drafter. */
  PAUSED,
  /** No rows, pages or tokens were left for a draft. */
  NO_ROOM,
  /** The request does without. */
  OFF;

  /** The lower-case name that responses carry. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether drafted tokens were verified. */
  public boolean verifies() {
    return this == DRAFTED || this == PROBE;
  }
}
