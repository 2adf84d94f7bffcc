package updraft.trace;

/** Start stamps of one sequence's stages; the end of a stage emits one complete span. */
public final class RequestTimes {}
