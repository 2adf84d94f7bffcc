/**
 * OpenAI's interface over HTTP: routes, streaming, metrics. Drives {@code updraft.engine} and knows
 * nothing of its insides. Start with {@code UpdraftServer}.
 */
@NullMarked
package updraft.server;

import org.jspecify.annotations.NullMarked;
