package uk.ac.manchester.tornado.api.exceptions;

/** A graph or plan that cannot run as it is. */
public class TornadoRuntimeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public TornadoRuntimeException(String message) {
    super(message);
  }

  /** With the cause. */
  public TornadoRuntimeException(Exception cause) {
    super(cause);
  }
}
