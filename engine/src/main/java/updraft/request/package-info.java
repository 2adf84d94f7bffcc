/**
 * What goes into the engine and what comes out: requests, options, token events, results.
 *
 * <p>A leaf: it imports nothing of the engine. Start with {@link updraft.request.GenerateRequest}.
 */
@NullMarked
package updraft.request;

import org.jspecify.annotations.NullMarked;
