/**
 * The public face: {@code Engine} opens a model and takes requests; {@code EngineOptions} says how.
 */
@NullMarked
package updraft.engine;

import org.jspecify.annotations.NullMarked;
