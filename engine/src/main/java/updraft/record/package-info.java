/**
 * What is kept of requests for those who look into them afterwards: the last few in a ring, and of
 * those that ask for it every round with its tree, times and costs, and why it was fast or slow.
 *
 * <p>Knows requests alone: no drafter, no tracing library, no text. Start with {@link
 * updraft.record.RequestLog}.
 */
@NullMarked
package updraft.record;

import org.jspecify.annotations.NullMarked;
