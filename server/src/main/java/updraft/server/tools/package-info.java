/**
 * Tools that a model may call: read from a request, held to by a grammar, found in the answer.
 *
 * <p>Knows text alone: neither the engine's scheduler nor HTTP.
 */
@NullMarked
package updraft.server.tools;

import org.jspecify.annotations.NullMarked;
