/**
 * A renderer of the part of Jinja that chat templates use, with Python's semantics.
 *
 * <p>Knows nothing of models, tokens or messages: maps, lists, strings, numbers and booleans in,
 * text out. A template is untrusted, since it comes inside a model file: it reaches no Java object,
 * and depth, work and output are bounded. Start with {@link updraft.text.jinja.JinjaTemplate}.
 */
@NullMarked
package updraft.text.jinja;

import org.jspecify.annotations.NullMarked;
