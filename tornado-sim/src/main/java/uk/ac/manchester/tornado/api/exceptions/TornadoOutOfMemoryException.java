package uk.ac.manchester.tornado.api.exceptions;

/** Too little memory on the device. */
public class TornadoOutOfMemoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public TornadoOutOfMemoryException(String message) {
    super(message);
  }
}
