package updraft.sim;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Sizes such as {@code 512MB}. */
final class MemoryLimit {

  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(B|KB|MB|GB)");

  private MemoryLimit() {}

  static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new TornadoRuntimeException(
          "memory limit must be a number and B, KB, MB or GB: limit=" + text);
    }
    int shift =
        switch (matcher.group(2)) {
          case "B" -> 0;
          case "KB" -> 10;
          case "MB" -> 20;
          default -> 30;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }
}
