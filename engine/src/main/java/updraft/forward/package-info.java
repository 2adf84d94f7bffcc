/**
 * The transformer over rows: {@link updraft.forward.Backend}, {@link updraft.forward.RowBatch}, and
 * the CPU's implementation.
 *
 * <p>Knows rows and pages. Must not know drafts, requests or sampling: prefill chunk, decode, chain
 * and tree are all just rows.
 */
@NullMarked
package updraft.forward;

import org.jspecify.annotations.NullMarked;
