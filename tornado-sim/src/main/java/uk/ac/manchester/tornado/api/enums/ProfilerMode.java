package uk.ac.manchester.tornado.api.enums;

/** Where a profile goes. */
public enum ProfilerMode {
  /** To standard output. */
  CONSOLE,
  /** Nowhere, until it is asked for. */
  SILENT
}
