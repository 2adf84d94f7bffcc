package uk.ac.manchester.tornado.api;

/** What a task graph is made of, besides its tasks. */
public interface TaskGraphInterface {

  /** Copies arrays to the device, as {@code DataTransferMode} says. */
  TaskGraphInterface transferToDevice(int mode, Object... objects);

  /** Copies arrays to the host, as {@code DataTransferMode} says. */
  TaskGraphInterface transferToHost(int mode, Object... objects);

  /** Takes arrays as the graph of that name, run just before, left them on the device. */
  TaskGraph consumeFromDevice(String uniqueTaskGraphName, Object... objects);

  /** Takes arrays as the graph that ran just before left them on the device. */
  TaskGraph consumeFromDevice(Object... objects);

  /** Leaves arrays on the device for the next graph. */
  TaskGraph persistOnDevice(Object... objects);

  /** The graph as it is now. */
  ImmutableTaskGraph snapshot();

  /** The name given to the constructor. */
  String getTaskGraphName();
}
