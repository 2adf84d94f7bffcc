/** The command {@code updraft}: a class a subcommand, {@code Main} first. */
@NullMarked
package updraft.cli;

import org.jspecify.annotations.NullMarked;
