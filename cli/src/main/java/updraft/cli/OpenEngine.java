package updraft.cli;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.trace.OpenTelemetrySetup;

/**
 * An engine and where its spans go, for the length of a command. Both end in order when the command
 * does, or when the process is told to stop before: no span is lost.
 */
final class OpenEngine implements AutoCloseable {
  /** Beyond weights, keys and values: vocabulary, activations, the JVM itself. */
  private static final long OVERHEAD = 250_000_000;

  private final Engine engine;
  private final OpenTelemetrySetup telemetry;
  private final Thread atExit = new Thread(this::end, "updraft-exit");

  private OpenEngine(Engine engine, OpenTelemetrySetup telemetry) {
    this.engine = engine;
    this.telemetry = telemetry;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param settings what the command adds to the options
   */
  static OpenEngine open(
      Path model,
      EngineFlags flags,
      Terminal terminal,
      UnaryOperator<EngineOptions.Builder> settings)
      throws CommandException {
    OpenTelemetrySetup telemetry = OpenTelemetrySetup.of(terminal.environment());
    try {
      EngineOptions options =
          settings
              .apply(flags.options(model, telemetry.defaultLevel(), terminal))
              .openTelemetry(telemetry.openTelemetry())
              .build();
      Engine engine = engine(options);
      telemetry.show(engine.metrics());
      return new OpenEngine(engine, telemetry);
    } catch (Throwable e) {
      telemetry.close();
      throw e;
    }
  }

  static Engine engine(EngineOptions options) throws CommandException {
    try {
      return Engine.open(options);
    } catch (OutOfMemoryError e) {
      throw new CommandException(
          "memory must hold the model with its keys and values: needed="
              + Sizes.show(neededBytes(options))
              + ", heap="
              + Sizes.show(Runtime.getRuntime().maxMemory())
              + "; give more with UPDRAFT_JAVA_OPTS=-Xmx8g, or take a smaller --context or model");
    }
  }

  /** About what a model takes with one context of keys and values. */
  static long neededBytes(EngineOptions options) {
    try (GgufFile file = GgufFile.open(options.model())) {
      ModelConfig config = ModelConfig.of(file);
      int context = options.contextLength() == 0 ? config.contextLength() : options.contextLength();
      return file.fileBytes() + context * Inspection.keyValueBytes(config) + OVERHEAD;
    }
  }

  Engine engine() {
    return engine;
  }

  private void end() {
    engine.close();
    telemetry.close();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the process is going down: the hook finds everything closed
    }
  }
}
