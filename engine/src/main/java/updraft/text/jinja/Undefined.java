package updraft.text.jinja;

/**
 * What a missing variable, attribute or item evaluates to: prints as nothing, is false and empty,
 * and is an error to look into.
 *
 * @param reason what is missing, as a sentence for the error
 */
record Undefined(String reason) {
  static Undefined variable(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  Fault fault() {
    return new Fault(reason);
  }
}
