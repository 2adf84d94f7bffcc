package updraft.sim;

import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;

/** A kernel did what no device would have let pass unharmed; the message says where. */
public final class KernelFault extends TornadoBailoutRuntimeException {

  private static final long serialVersionUID = 1L;

  KernelFault(String message) {
    super(message);
  }

  KernelFault(String message, Exception cause) {
    super(message, cause);
  }
}
