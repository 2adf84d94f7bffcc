/**
 * The simulator behind {@code uk.ac.manchester.tornado.api}: device memory, work-groups and checks.
 *
 * <p>Runs one work-item after the other on the calling thread and switches between them at
 * barriers. Start at {@link updraft.sim.SimulatedPlan}. Knows no kernel and no model.
 */
@NullMarked
package updraft.sim;

import org.jspecify.annotations.NullMarked;
