package uk.ac.manchester.tornado.api.exceptions;

/** A plan that could not be closed. */
public class TornadoExecutionPlanException extends Exception {

  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public TornadoExecutionPlanException(String message) {
    super(message);
  }

  /** With the reason and the cause. */
  public TornadoExecutionPlanException(String message, Throwable cause) {
    super(message, cause);
  }
}
