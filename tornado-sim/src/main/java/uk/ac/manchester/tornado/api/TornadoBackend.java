package uk.ac.manchester.tornado.api;

import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Devices that share a compiler. */
public interface TornadoBackend {

  /** The device of plans that choose none. */
  TornadoDevice getDefaultDevice();

  /** Chooses that device by number. */
  void setDefaultDevice(int index);

  /** How many there are. */
  int getNumDevices();

  /** One by number. */
  TornadoDevice getDevice(int index);

  /** All of them. */
  List<TornadoDevice> getAllDevices();

  /** The default device's kind. */
  TornadoDeviceType getTypeDefaultDevice();

  /** Its name. */
  String getName();

  /** How many platforms it has. */
  int getNumPlatforms();

  /** What kernels are compiled to. */
  TornadoVMBackendType getBackendType();
}
