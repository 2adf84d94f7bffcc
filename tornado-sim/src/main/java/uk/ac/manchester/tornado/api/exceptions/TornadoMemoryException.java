package uk.ac.manchester.tornado.api.exceptions;

/** Too little memory on the device. */
public class TornadoMemoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public TornadoMemoryException(String message) {
    super(message);
  }
}
