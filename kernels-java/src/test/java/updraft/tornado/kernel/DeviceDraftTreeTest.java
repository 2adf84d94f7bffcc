package updraft.tornado.kernel;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** As TornadoVM compiles them, on a device. */
@Tag("tornadovm")
class DeviceDraftTreeTest extends DraftTreeContract {
  @BeforeEach
  void requireDevice() {
    Launch.requireDevice();
  }
}
