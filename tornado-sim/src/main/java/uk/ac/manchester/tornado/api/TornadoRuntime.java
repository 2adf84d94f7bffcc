package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The back ends that there are. */
public interface TornadoRuntime {

  /** One by number. */
  TornadoBackend getBackend(int index);

  /** Chooses the default by number. */
  void setDefaultBackend(int index);

  /** What one's kernels are compiled to. */
  TornadoVMBackendType getBackendType(int index);

  /** How many there are. */
  int getNumBackends();

  /** The device of plans that choose none. */
  TornadoDevice getDefaultDevice();
}
