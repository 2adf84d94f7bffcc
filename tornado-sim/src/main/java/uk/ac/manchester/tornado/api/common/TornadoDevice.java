package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A device on which kernels run. */
public interface TornadoDevice {

  /** Its name. */
  String getDeviceName();

  /** Its name and more. */
  String getDescription();

  /** Whose it is. */
  String getPlatformName();

  /** Its kind. */
  TornadoDeviceType getDeviceType();

  /** Bytes that one array may have. */
  long getMaxAllocMemory();

  /** Bytes that there are. */
  long getMaxGlobalMemory();

  /** Bytes of a group's memory. */
  long getDeviceLocalMemorySize();

  /** Work-items of a group at most, by dimension. */
  long[] getDeviceMaxWorkgroupDimensions();

  /** Which back end it belongs to, by number. */
  int getBackendIndex();

  /** What its kernels are compiled to. */
  TornadoVMBackendType getTornadoVMBackend();
}
