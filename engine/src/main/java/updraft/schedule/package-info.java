/**
 * The one engine thread: admission, continuous batching, chunked prefill, preemption, cancellation.
 *
 * <p>Start with {@code Scheduler.step()}.
 */
@NullMarked
package updraft.schedule;

import org.jspecify.annotations.NullMarked;
