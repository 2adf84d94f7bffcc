/**
 * Model files: GGUF reading and writing, configuration, quantised formats, repacking for kernels.
 *
 * <p>Every length, count, offset and type in a file is checked here, so that the rest may trust it.
 * Start with {@code GgufFile} and {@code ModelConfig}.
 */
@NullMarked
package updraft.model;

import org.jspecify.annotations.NullMarked;
