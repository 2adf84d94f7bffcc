package updraft.text.jinja;

/** What a template can call: a global function, a method, a macro. */
interface Callable {
  Object call(Rendering rendering, Arguments arguments);
}
