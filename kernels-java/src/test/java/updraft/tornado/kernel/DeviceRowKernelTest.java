package updraft.tornado.kernel;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** As TornadoVM compiles them, on a device. */
@Tag("tornadovm")
class DeviceRowKernelTest extends RowKernelContract {
  @BeforeEach
  void requireDevice() {
    Launch.requireDevice();
  }
}
