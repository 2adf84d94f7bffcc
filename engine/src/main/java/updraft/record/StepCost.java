package updraft.record;

/**
 * A step's time, in seconds: what the cost curve said at that moment for several numbers of rows,
 * and what was measured.
 *
 * @param rows in the forward, of all sequences
 * @param plainRows those without drafted tokens
 * @param one for a single row
 * @param own for this sequence's root and draft alone
 * @param plain for the plain rows
 * @param all for all rows
 * @param measured forward and verification
 */
public record StepCost(
    int rows, int plainRows, double one, double own, double plain, double all, double measured) {}
