package updraft.sim;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A call that can stop in the middle and go on later, on the same thread. Virtual threads stand on
 * the same class of the JDK; without a scheduler between, a switch costs a tenth of a microsecond
 * and the order of work-items is always the same.
 */
final class Fiber {

  private static final String CLASS = "jdk.internal.vm.Continuation";
  private static final MethodHandle NEW;
  private static final MethodHandle RUN;
  private static final MethodHandle YIELD;
  private static final MethodHandle DONE;

  static {
    try {
      Class<?> type = Class.forName(CLASS);
      Class<?> scopeType = Class.forName(CLASS + "Scope");
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Object scope =
          lookup
              .findConstructor(scopeType, MethodType.methodType(void.class, String.class))
              .invoke("work-item");
      MethodType constructor = MethodType.methodType(void.class, scopeType, Runnable.class);
      NEW =
          lookup
              .findConstructor(type, constructor)
              .bindTo(scope)
              .asType(MethodType.methodType(Object.class, Runnable.class));
      RUN =
          lookup
              .findVirtual(type, "run", MethodType.methodType(void.class))
              .asType(MethodType.methodType(void.class, Object.class));
      YIELD =
          lookup
              .findStatic(type, "yield", MethodType.methodType(boolean.class, scopeType))
              .bindTo(scope);
      DONE =
          lookup
              .findVirtual(type, "isDone", MethodType.methodType(boolean.class))
              .asType(MethodType.methodType(boolean.class, Object.class));
    } catch (Throwable e) {
      throw new IllegalStateException(
          "the simulator must reach "
              + CLASS
              + ": start java with --add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
          e);
    }
  }

  private final Object continuation;

  Fiber(Runnable body) {
    try {
      continuation = (Object) NEW.invokeExact(body);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Runs until the body stops or ends; what the body throws comes out here. */
  void run() {
    try {
      RUN.invokeExact(continuation);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  boolean done() {
    try {
      return (boolean) DONE.invokeExact(continuation);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Stops the body that calls it. */
  static void stop() {
    try {
      boolean _ = (boolean) YIELD.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException exception) {
      return exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(thrown);
  }
}
