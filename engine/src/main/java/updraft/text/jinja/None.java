package updraft.text.jinja;

/** Python's {@code None}: values inside a rendering are never null. */
enum None {
  NONE
}
