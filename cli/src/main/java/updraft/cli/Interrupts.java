package updraft.cli;

import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Ctrl-C and SIGTERM do while this is open, in place of ending the process at once.
 *
 * <p>{@code sun.misc.Signal} in the module jdk.unsupported is the JDK's one way to hear of signals.
 * It is reached by reflection because the compiler warns of every mention. Where it is missing,
 * signals end the process as ever.
 */
final class Interrupts implements AutoCloseable {
  private final Map<Object, Object> before = new LinkedHashMap<>();

  /**
   * @param action runs on a thread of its own at each signal
   * @param signals names without SIG, e.g. {@code INT}
   */
  Interrupts(Runnable action, String... signals) {
    try {
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Interrupts.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      Class<?> signalType = Class.forName("sun.misc.Signal");
      for (String name : signals) {
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        before.put(signal, handle(signal, handler));
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      close(); // this JVM keeps its signals to itself
    }
  }

  private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
    return signal
        .getClass()
        .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
        .invoke(null, signal, handler);
  }

  /** Signals do what they did before. */
  @Override
  public void close() {
    before.forEach(
        (signal, handler) -> {
          try {
            handle(signal, handler);
          } catch (ReflectiveOperationException e) {
            throw new LinkageError("it worked before", e);
          }
        });
    before.clear();
  }
}
