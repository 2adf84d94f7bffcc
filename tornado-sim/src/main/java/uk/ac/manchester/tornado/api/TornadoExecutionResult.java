package uk.ac.manchester.tornado.api;

import updraft.sim.SimulatedPlan;

/** What an execution left behind. */
public class TornadoExecutionResult {

  private final SimulatedPlan plan;

  TornadoExecutionResult(SimulatedPlan plan) {
    this.plan = plan;
  }

  /** Copies arrays to the host now; for those transferred {@code UNDER_DEMAND}. */
  public TornadoExecutionResult transferToHost(Object... objects) {
    plan.copyToHost(objects);
    return this;
  }

  /** Always true: the simulator returns when all is done. */
  public boolean isReady() {
    return true;
  }
}
