package updraft.server.models;

import java.util.function.Supplier;
import java.util.regex.Pattern;
import updraft.engine.Engine;

/**
 * A model that can be asked for by name.
 *
 * @param name what requests call it; without slashes
 * @param bytes about what it takes in memory once loaded
 * @param opener opens it under that name; each call gives an engine of its own
 */
public record ModelOffer(String name, long bytes, Supplier<Engine> opener) {
  private static final Pattern NAME = Pattern.compile("[^/\\p{Cntrl}]{1,200}");

  public ModelOffer {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a model's name must be of 1 to 200 characters without '/': name=" + name);
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative: bytes=" + bytes);
    }
  }
}
