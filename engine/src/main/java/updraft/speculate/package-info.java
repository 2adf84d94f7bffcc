/**
 * Speculative decoding: drafters, draft trees, verification, the draft budget.
 *
 * <p>Names no backend and runs no scheduler. Start with {@link updraft.speculate.Drafter} and
 * {@link updraft.speculate.DraftTree}.
 */
@NullMarked
package updraft.speculate;

import org.jspecify.annotations.NullMarked;
