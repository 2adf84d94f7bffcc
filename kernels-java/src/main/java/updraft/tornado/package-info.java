/**
 * The transformer on a GPU through TornadoVM: {@link updraft.tornado.TornadoProvider} is found by
 * the engine, {@link updraft.tornado.TornadoBackend} runs forwards. Knows rows, not drafts, and no
 * kind of TornadoVM's back ends: which one runs is the launcher's affair. What computes is in
 * {@code updraft.tornado.kernel}.
 */
@NullMarked
package updraft.tornado;

import org.jspecify.annotations.NullMarked;
