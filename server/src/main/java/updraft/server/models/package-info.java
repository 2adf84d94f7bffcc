/**
 * The models that a server offers: which there are, which are loaded, and for how long. Knows
 * nothing of HTTP. Start with {@link updraft.server.models.Models}.
 */
@NullMarked
package updraft.server.models;

import org.jspecify.annotations.NullMarked;
