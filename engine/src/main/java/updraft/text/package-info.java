/**
 * Text to token ids and back: tokenizers, streaming UTF-8 decoding, chat templates.
 *
 * <p>Knows nothing of models' weights, sequences or speculation. Start with {@link
 * updraft.text.Tokenizer}, which {@link updraft.text.Tokenizers} reads from a model file.
 */
@NullMarked
package updraft.text;

import org.jspecify.annotations.NullMarked;
