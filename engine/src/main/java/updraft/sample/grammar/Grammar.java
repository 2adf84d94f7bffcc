package updraft.sample.grammar;

/** A grammar that has been read and checked. Immutable and thread-safe. */
public final class Grammar {
  private final String text;
  private final Program program;

  private Grammar(String text, Program program) {
    this.text = text;
    this.program = program;
  }

  /**
   * Reads a grammar in llama.cpp's GBNF. The time is linear in its size, which is bounded, counted
   * repetitions as often as they repeat.
   *
   * @throws updraft.request.InvalidRequestException if it is malformed, too large, matches nothing,
   *     or has a rule that may begin with itself
   */
  public static Grammar parse(String text) {
    return new Grammar(text, GrammarCompiler.compile(GbnfParser.parse(text)));
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  Program program() {
    return program;
  }
}
