package updraft.sample;

import updraft.sample.grammar.GrammarPath;

/** Lets through the tokens that an answer's grammar allows next. */
final class GrammarMask implements LogitsProcessor {
  private final GrammarPath path;

  GrammarMask(GrammarPath path) {
    this.path = path;
  }

  @Override
  public void apply(float[] logits) {
    path.mask(logits);
  }

  @Override
  public void commit(int token) {
    path.commit(token);
  }
}
