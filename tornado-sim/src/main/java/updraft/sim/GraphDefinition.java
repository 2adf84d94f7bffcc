package updraft.sim;

import java.util.List;

/** A task graph as it was when {@code snapshot} was called. */
public record GraphDefinition(String name, List<GraphStep> steps) {}
