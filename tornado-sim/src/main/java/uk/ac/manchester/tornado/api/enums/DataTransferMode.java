package uk.ac.manchester.tornado.api.enums;

/** When an array is copied between host and device. */
public class DataTransferMode {

  /** At the first execution of the graph alone. */
  public static final int FIRST_EXECUTION = 0;

  /** At every execution of the graph. */
  public static final int EVERY_EXECUTION = 1;

  /** When {@code TornadoExecutionResult.transferToHost} asks. */
  public static final int UNDER_DEMAND = 2;
}
