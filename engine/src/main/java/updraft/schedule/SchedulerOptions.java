package updraft.schedule;

/**
 * Limits of a scheduler.
 *
 * @param model the name that spans carry
 * @param contextLength most tokens of a sequence
 * @param prefillChunk most prompt tokens a step
 * @param maxSequences most sequences running
 * @param queueCapacity most requests waiting
 * @param prefixCache whether finished pages are kept for later prompts
 */
public record SchedulerOptions(
    String model,
    int contextLength,
    int prefillChunk,
    int maxSequences,
    int queueCapacity,
    boolean prefixCache) {}
