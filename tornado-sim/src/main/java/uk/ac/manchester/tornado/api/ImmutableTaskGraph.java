package uk.ac.manchester.tornado.api;

import updraft.sim.GraphDefinition;

/** A graph that no longer changes; plans are made of them. */
public class ImmutableTaskGraph {

  private final GraphDefinition definition;

  ImmutableTaskGraph(GraphDefinition definition) {
    this.definition = definition;
  }

  GraphDefinition definition() {
    return definition;
  }
}
