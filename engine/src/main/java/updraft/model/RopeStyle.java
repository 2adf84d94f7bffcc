package updraft.model;

/** Which elements of a head are rotated together; d is the number of rotated elements. */
public enum RopeStyle {
  /** Pair i is elements 2i and 2i + 1. */
  ADJACENT,
  /** Pair i is elements i and i + d/2, as in GPT-NeoX. */
  HALVES
}
