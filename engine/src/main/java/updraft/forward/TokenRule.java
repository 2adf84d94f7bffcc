package updraft.forward;

/**
 * How the token after a row is chosen, where that takes its logits alone: for backends that choose
 * where the logits are, so that they need not leave it. {@code argmax over v of (logit[v] /
 * temperature + noise(seed, choice, position, v))}, or for temperature 0 the largest logit; of
 * equals the lowest token wins.
 *
 * @param seed of the request
 * @param choice which of its answers
 * @param temperature 0 for no noise
 */
public record TokenRule(long seed, int choice, float temperature) {}
