package updraft.trace;

import io.opentelemetry.sdk.trace.samplers.Sampler;

/**
 * The way that spans without children take to a collector.
 *
 * @param sampler decides on traces of their own
 */
record OtlpExport(SpanQueue queue, Sampler sampler) {}
