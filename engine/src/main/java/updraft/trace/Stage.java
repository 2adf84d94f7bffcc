package updraft.trace;

/** A part of a request's life that has a span. Emitted when its level is at most the trace's. */
public enum Stage {
  REQUEST("", 1),
  TOKENIZE("tokenize", 1),
  PREFILL_WAITING("prefill_waiting", 1),
  PREFILL_FORWARD("prefill_forward", 1),
  DECODE_FORWARD("decode_forward", 1),
  SPEC_DRAFT("spec_draft", 2),
  SPEC_VERIFY("spec_verify", 2),
  SPEC_DRAFT_EXTEND("spec_draft_extend", 3),
  DECODE_LOOP("decode_loop", 3),
  CHUNKED_PREFILL("chunked_prefill", 3);

  private final String spanName;
  private final int level;

  Stage(String spanName, int level) {
    this.spanName = spanName;
    this.level = level;
  }

  /** Empty for {@link #REQUEST}, whose span is named after the operation and the model. */
  public String spanName() {
    return spanName;
  }

  public int level() {
    return level;
  }
}
