/**
 * GPU kernels in plain Java: static methods over TornadoVM's arrays, one family a file. Each class
 * says what a work-group and a work-item own, which memory is read how often, and what bounds it.
 *
 * <p>A kernel stays inside the subset that all of TornadoVM's back ends compile rightly: shifts are
 * masked, bounds are read before the loop, loops are left through their condition alone, private
 * and local arrays are written before they are read. Scalar arguments are compiled in; what changes
 * from step to step is read from arrays. Knows nothing of models, drafts or graphs. Start with
 * {@link updraft.tornado.kernel.RmsNorm}.
 */
@NullMarked
package updraft.tornado.kernel;

import org.jspecify.annotations.NullMarked;
