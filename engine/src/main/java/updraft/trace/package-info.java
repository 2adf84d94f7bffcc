/**
 * Tracing and metrics: stages, start stamps, complete spans.
 *
 * <p>Imports {@code request} alone; OpenTelemetry stays here and in the server. Start with {@link
 * updraft.trace.Tracing} and {@link updraft.trace.RequestTimes}.
 */
@NullMarked
package updraft.trace;

import org.jspecify.annotations.NullMarked;
