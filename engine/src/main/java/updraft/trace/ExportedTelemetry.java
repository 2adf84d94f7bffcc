package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;

/** The SDK, and a shorter way to the same collector for the spans that are many. */
record ExportedTelemetry(OpenTelemetry sdk, OtlpExport export) implements OpenTelemetry {
  @Override
  public TracerProvider getTracerProvider() {
    return sdk.getTracerProvider();
  }

  @Override
  public MeterProvider getMeterProvider() {
    return sdk.getMeterProvider();
  }

  @Override
  public ContextPropagators getPropagators() {
    return sdk.getPropagators();
  }
}
