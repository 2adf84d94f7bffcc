/**
 * EAGLE heads as they are published, in safetensors files, turned into GGUF files that the engine
 * and llama.cpp read. Start with {@link updraft.cli.heads.HeadConverter}.
 */
@NullMarked
package updraft.cli.heads;

import org.jspecify.annotations.NullMarked;
