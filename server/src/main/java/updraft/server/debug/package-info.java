/**
 * What {@code /debug/requests} tells of requests, as values that become JSON. Start with {@link
 * updraft.server.debug.DebugWire}.
 */
@NullMarked
package updraft.server.debug;

import org.jspecify.annotations.NullMarked;
