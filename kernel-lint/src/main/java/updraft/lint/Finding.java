package updraft.lint;

/**
 * A line of a kernel that must be written differently.
 *
 * @param kernelClass binary name of the class
 * @param method name of the kernel or helper
 */
public record Finding(String kernelClass, String method, int line, Rule rule) {

  @Override
  public String toString() {
    String outermost =
        kernelClass.substring(kernelClass.lastIndexOf('.') + 1).replaceAll("\\$.*", "");
    return kernelClass
        + "."
        + method
        + "("
        + outermost
        + ".java:"
        + line
        + "): "
        + rule.reason()
        + ": rule="
        + rule
        + ", "
        + rule.idiom();
  }
}
