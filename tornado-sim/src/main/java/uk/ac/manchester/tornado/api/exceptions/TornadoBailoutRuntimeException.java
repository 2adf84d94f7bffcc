package uk.ac.manchester.tornado.api.exceptions;

/** A kernel that does not compile or failed while it ran. */
public class TornadoBailoutRuntimeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public TornadoBailoutRuntimeException(String message) {
    super(message);
  }

  /** With the reason and the cause. */
  public TornadoBailoutRuntimeException(String message, Exception cause) {
    super(message, cause);
  }
}
