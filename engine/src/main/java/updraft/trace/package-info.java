/**
 * Tracing and metrics: stages, start stamps, complete spans.
 *
 * <p>Imports {@code request} alone; OpenTelemetry stays here and in the server. Start with {@code
 * Stage} and {@code RequestTimes}.
 */
@NullMarked
package updraft.trace;

import org.jspecify.annotations.NullMarked;
