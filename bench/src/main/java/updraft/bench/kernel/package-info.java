/**
 * Kernels by themselves, timed by JMH, beside what the machine can do at most. Knows the engine's
 * kernels and no model.
 */
@NullMarked
package updraft.bench.kernel;

import org.jspecify.annotations.NullMarked;
