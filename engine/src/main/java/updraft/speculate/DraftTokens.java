package updraft.speculate;

/** Which tokens a network drafts where the answer is sampled. */
public enum DraftTokens {
  /** Those of the largest {@code log q + noise}, with the target's own noise. */
  COUPLED,
  /** Those of the largest q. */
  LIKELIEST,
  /** One, drawn from q: a chain for the {@link RejectionVerifier}, which is told q. */
  DRAWN
}
