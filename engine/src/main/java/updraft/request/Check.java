package updraft.request;

/** Argument checks whose messages lead with the constraint, then name=value. */
final class Check {
  private Check() {}

  static void range(String name, float value, float low, float high) {
    if (!(value >= low && value <= high)) {
      throw new InvalidRequestException(
          name,
          name + " must be in [" + show(low) + ", " + show(high) + "]: " + name + "=" + value);
    }
  }

  static void openRange(String name, float value, float low, float high) {
    if (!(value > low && value <= high)) {
      throw new InvalidRequestException(
          name,
          name + " must be in (" + show(low) + ", " + show(high) + "]: " + name + "=" + value);
    }
  }

  static void range(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new InvalidRequestException(
          name, name + " must be in [" + low + ", " + high + "]: " + name + "=" + value);
    }
  }

  static void atLeast(String name, int value, int low) {
    if (value < low) {
      throw new InvalidRequestException(
          name, name + " must be at least " + low + ": " + name + "=" + value);
    }
  }

  private static String show(float bound) {
    return bound == Math.rint(bound) ? Integer.toString((int) bound) : Float.toString(bound);
  }
}
