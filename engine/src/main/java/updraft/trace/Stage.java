package updraft.trace;

import org.jspecify.annotations.Nullable;

/**
 * A part of a request's life that has a span, emitted when its level is at most the trace's.
 * Parents are declared before the stages below them, so the reverse order ends children first.
 */
public enum Stage {
  REQUEST("", 1, null, true),
  TOKENIZE("tokenize", 1, REQUEST, false),
  PREFILL_WAITING("prefill_waiting", 1, REQUEST, true),
  PREFILL_FORWARD("prefill_forward", 1, REQUEST, true),
  DECODE_FORWARD("decode_forward", 1, REQUEST, true),
  SPEC_DRAFT("spec_draft", 2, DECODE_FORWARD, true),
  SPEC_VERIFY("spec_verify", 2, DECODE_FORWARD, true),
  SPEC_DRAFT_EXTEND("spec_draft_extend", 3, DECODE_FORWARD, false),
  DECODE_LOOP("decode_loop", 3, DECODE_FORWARD, false),
  CHUNKED_PREFILL("chunked_prefill", 3, PREFILL_FORWARD, false);

  static final int COUNT = values().length;

  private final String spanName;
  private final int level;
  private final @Nullable Stage parent;
  private final boolean counted;

  Stage(String spanName, int level, @Nullable Stage parent, boolean counted) {
    this.spanName = spanName;
    this.level = level;
    this.parent = parent;
    this.counted = counted;
  }

  /** Empty for {@link #REQUEST}, whose span is named after the operation and the model. */
  public String spanName() {
    return spanName;
  }

  public int level() {
    return level;
  }

  /** The stage whose span is the parent of this one's, or null for {@link #REQUEST}. */
  public @Nullable Stage parent() {
    return parent;
  }

  /** Whether the time it takes belongs to a request's statistics: stamped with tracing off too. */
  public boolean counted() {
    return counted;
  }
}
