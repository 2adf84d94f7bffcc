/**
 * Reads the class files of kernels: what they do with their arguments, and what a TornadoVM back
 * end would get wrong. Start at {@link updraft.lint.KernelLint}. Needs neither TornadoVM nor the
 * simulator.
 */
@NullMarked
package updraft.lint;

import org.jspecify.annotations.NullMarked;
