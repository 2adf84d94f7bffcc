/**
 * Arithmetic: Vector API and native kernels, their scalar twins, and the thread pool that runs
 * them.
 *
 * <p>Obeys the numerics contract: a row's result depends on the row alone, never on the number of
 * rows, the threads or the vector width. Knows no model, no sequence, no speculation.
 */
@NullMarked
package updraft.kernel;

import org.jspecify.annotations.NullMarked;
