/**
 * Answers bound to a grammar: GBNF text to an automaton over bytes, and the tokens of a vocabulary
 * that it lets through; JSON schemas and regular expressions to GBNF.
 *
 * <p>Knows tokens as bytes alone: no tokenizer, no model, no drafts. Start with {@link
 * updraft.sample.grammar.Grammar} and {@link updraft.sample.grammar.GrammarAutomaton}.
 */
@NullMarked
package updraft.sample.grammar;

import org.jspecify.annotations.NullMarked;
