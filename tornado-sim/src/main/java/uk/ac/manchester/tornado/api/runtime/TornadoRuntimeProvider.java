package uk.ac.manchester.tornado.api.runtime;

import uk.ac.manchester.tornado.api.TornadoRuntime;
import updraft.sim.SimulatedRuntime;

/** Where the runtime is found. */
public class TornadoRuntimeProvider {

  private static final TornadoRuntime RUNTIME = new SimulatedRuntime();

  /** The simulator's. */
  public static TornadoRuntime getTornadoRuntime() {
    return RUNTIME;
  }
}
