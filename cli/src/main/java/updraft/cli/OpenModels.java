package updraft.cli;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.server.models.ModelLimits;
import updraft.server.models.ModelOffer;
import updraft.server.models.ModelUnavailableException;
import updraft.server.models.Models;
import updraft.trace.OpenTelemetrySetup;

/**
 * The models of a server and where their spans go, for the length of the command. Both end in order
 * when it does, or when the process is told to stop before.
 */
final class OpenModels implements AutoCloseable {
  private final Models models;
  private final OpenTelemetrySetup telemetry;
  private final Thread atExit = new Thread(this::end, "updraft-exit");

  private OpenModels(Models models, OpenTelemetrySetup telemetry) {
    this.models = models;
    this.telemetry = telemetry;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Opens the first model; others are opened when they are asked for.
   *
   * @param settings what the command adds to the options of each
   */
  static OpenModels open(
      List<ServedModels.Named> files,
      ModelLimits limits,
      EngineFlags flags,
      Terminal terminal,
      UnaryOperator<EngineOptions.Builder> settings)
      throws CommandException {
    if (files.size() > 1) {
      flags.refuseDraftModel();
    }
    OpenTelemetrySetup telemetry = OpenTelemetrySetup.of(terminal.environment());
    try {
      List<ModelOffer> offers = new ArrayList<>();
      for (ServedModels.Named file : files) {
        EngineOptions options =
            settings
                .apply(flags.options(file.file(), telemetry.defaultLevel(), terminal))
                .name(file.name())
                .openTelemetry(telemetry.openTelemetry())
                .build();
        offers.add(
            new ModelOffer(options.modelName(), OpenEngine.neededBytes(options), opener(options)));
      }
      PrometheusRegistry registry = new PrometheusRegistry();
      telemetry.show(registry);
      Models models = new Models(offers, limits, telemetry.openTelemetry(), registry);
      loadFirst(models);
      return new OpenModels(models, telemetry);
    } catch (Throwable e) {
      telemetry.close();
      throw e;
    }
  }

  private static Supplier<Engine> opener(EngineOptions options) {
    return () -> {
      try {
        return OpenEngine.engine(options);
      } catch (CommandException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    };
  }

  /** With the failure as it would be without a server around. */
  private static void loadFirst(Models models) throws CommandException {
    try {
      models.lease(null).close();
    } catch (ModelUnavailableException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IllegalStateException wrapped
          && wrapped.getCause() instanceof CommandException told) {
        throw told;
      }
      if (cause instanceof RuntimeException told) {
        throw told;
      }
      throw e;
    }
  }

  Models models() {
    return models;
  }

  private void end() {
    models.close();
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
