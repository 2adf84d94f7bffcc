package updraft.request;

/** Why a choice ended. */
public enum FinishReason {
  /** An end-of-sequence token or a stop string. */
  STOP,
  /** {@code maxTokens} were generated. */
  LENGTH,
  /** The caller cancelled it, went away, or its deadline passed. */
  ABORT,
  /** It failed; the result's error says why. */
  ERROR;

  /** The lower-case name that responses and spans carry. */
  public String wireName() {
    return switch (this) {
      case STOP -> "stop";
      case LENGTH -> "length";
      case ABORT -> "abort";
      case ERROR -> "error";
    };
  }
}
