/**
 * From logits to a token: penalties, bias, filters, seeded noise, log-probabilities.
 *
 * <p>A token is a function of logits, the path's history, seed, choice and position alone, so it
 * cannot depend on what was drafted.
 */
@NullMarked
package updraft.sample;

import org.jspecify.annotations.NullMarked;
