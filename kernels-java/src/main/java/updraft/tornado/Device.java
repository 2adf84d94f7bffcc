package updraft.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * A device that TornadoVM knows.
 *
 * @param number as in {@code -Dtornado.device.desc=BACKEND:DEVICE}: back end, then device
 * @param name for people
 * @param memory bytes of it
 * @param simulated whether it is this JVM
 */
record Device(String number, String name, long memory, boolean simulated) {
  private static final String SIMULATOR = "Updraft simulator";

  /** Beside weights and buffers: code, the driver's own. */
  private static final long OVERHEAD = 200_000_000;

  /**
   * All there are; the first is the one that kernels run on.
   *
   * @throws LinkageError if TornadoVM's runtime is not there
   */
  static List<Device> all() {
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      for (int j = 0; j < backend.getNumDevices(); j++) {
        devices.add(of(i + ":" + j, backend, backend.getDevice(j)));
      }
    }
    return devices;
  }

  private static Device of(String number, TornadoBackend backend, TornadoDevice device) {
    String name = device.getDeviceName().strip();
    boolean simulated = name.startsWith(SIMULATOR);
    return new Device(
        number,
        simulated
            ? name
            : plain(device.getDescription())
                + ", "
                + backend.getBackendType().name().toLowerCase(Locale.ROOT),
        device.getMaxGlobalMemory(),
        simulated);
  }

  /**
   * A device's name is a number of TornadoVM's own; its description has the driver's name for it.
   */
  private static String plain(String description) {
    return description.replace("CL_DEVICE_TYPE_", "").replace(" (available)", "").strip();
  }

  String description() {
    return name;
  }

  /**
   * Refuses a model that the device cannot hold.
   *
   * @throws IllegalArgumentException with what is needed
   */
  void requireMemory(long bytes) {
    if (bytes + OVERHEAD > memory) {
      throw new IllegalArgumentException(memoryMessage(bytes) + gigabytes(memory) + REMEDY);
    }
    long limit = limit(System.getProperty(LIMIT, DEFAULT_LIMIT));
    if (!simulated && bytes + OVERHEAD > limit) {
      throw new IllegalArgumentException(
          memoryMessage(bytes)
              + gigabytes(memory)
              + ", of which TornadoVM takes "
              + gigabytes(limit)
              + "; say UPDRAFT_JAVA_OPTS=-D"
              + LIMIT
              + "="
              + ((bytes + OVERHEAD) / GIGABYTE + 1)
              + "GB");
    }
  }

  /** Bytes of a limit as TornadoVM reads it: a number and MB or GB, of 1024 each. */
  static long limit(String text) {
    String number = text.strip().replaceAll("[A-Za-z]+$", "");
    long unit = text.strip().endsWith("GB") ? GIGABYTE : text.strip().endsWith("MB") ? 1 << 20 : 1;
    return Long.parseLong(number) * unit;
  }

  private static final long GIGABYTE = 1L << 30;

  /** What TornadoVM takes of a device's memory. */
  private static final String LIMIT = "tornado.device.memory";

  private static final String DEFAULT_LIMIT = "4GB";

  private static final String REMEDY = "; take a smaller model or --context, or --backend cpu";

  private static String memoryMessage(long bytes) {
    return "device memory must hold weights, keys and values: needed="
        + gigabytes(bytes + OVERHEAD)
        + ", device=";
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  /**
   * Runs a graph; what goes wrong is said in one line.
   *
   * @param tasks tells which of them does not compile, where the compiler does not
   * @throws IllegalStateException if it fails
   */
  <T> T guard(String graph, Tasks tasks, Supplier<T> execution) {
    try {
      return execution.get();
    } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
      throw new IllegalStateException(
          "device memory must hold weights, keys and values: graph="
              + graph
              + ", "
              + words(e)
              + "; TornadoVM takes 4 GB unless UPDRAFT_JAVA_OPTS=-Dtornado.device.memory=NGB says"
              + " more",
          e);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      String kernel = uncompilable(graph, tasks, e);
      throw new IllegalStateException(
          (kernel == null
                  ? "the device failed: graph=" + graph
                  : "kernels must compile for the device: kernel=" + kernel)
              + ", device="
              + name
              + ", "
              + words(e),
          e);
    }
  }

  /** Which kernel's compilation failed: named, or else found by trying; null if none did. */
  private static @Nullable String uncompilable(String graph, Tasks tasks, Throwable problem) {
    Matcher named = UNCOMPILABLE.matcher(String.valueOf(problem.getMessage()));
    if (named.find()) {
      return named.group(1);
    }
    // what its compiler lacks TornadoVM throws as an error of its own
    return problem instanceof Error || COMPILING.matcher(problem.toString()).find()
        ? tasks.uncompilable(graph)
        : null;
  }

  private static final Pattern UNCOMPILABLE =
      Pattern.compile("Unable to compile (?:task )?(\\S+\\.\\S+)");

  private static final Pattern COMPILING =
      Pattern.compile("(?i)compil|sketch|LIR generation|unimplemented|inlin");

  /**
   * Lines of TornadoVM's messages that say nothing of the reason, and what it puts before others.
   */
  private static final Pattern NO_REASON =
      Pattern.compile("(?:Bailout is disabled|Unable to compile|Stacktrace:|at |\\[[a-z.]+@).*");

  private static final Pattern BEFORE_REASON =
      Pattern.compile(
          "\u001B\\[[0-9;]*m|Reason: |The internal error is: |^(?:[a-z]\\w*\\.)+[A-Z]\\w*: ");

  /** What was said first, and by the innermost cause where that says more. */
  private static String words(Throwable problem) {
    Throwable cause = problem;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String outer = line(problem);
    String inner = line(cause);
    return outer.contains(inner) ? outer : outer.isEmpty() ? inner : outer + ": " + inner;
  }

  /** The first line that gives a reason, with what follows a colon at its end. */
  private static String line(Throwable problem) {
    String message = Objects.requireNonNullElse(problem.getMessage(), "");
    List<String> lines =
        message
            .lines()
            .map(line -> BEFORE_REASON.matcher(line).replaceAll("").strip())
            .filter(line -> !line.isEmpty() && !NO_REASON.matcher(line).matches())
            .toList();
    if (lines.isEmpty()) {
      return problem.getClass().getSimpleName();
    }
    boolean goesOn = lines.getFirst().endsWith(":") && lines.size() > 1;
    return goesOn ? lines.getFirst() + " " + lines.get(1) : lines.getFirst();
  }

  /** Gives a plan's memory back. */
  void close(TornadoExecutionPlan plan) {
    try {
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException("the device failed: " + words(e), e);
    }
  }
}
