/**
 * Model files on this machine and how they get here: the per-user folder, names, downloads.
 *
 * <p>Start with {@link updraft.cli.models.ModelStore}.
 */
@NullMarked
package updraft.cli.models;

import org.jspecify.annotations.NullMarked;
