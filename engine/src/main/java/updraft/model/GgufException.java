package updraft.model;

/** A model file is damaged or not supported. The message is one line and names the file. */
public final class GgufException extends RuntimeException {
  private static final int MAX_MESSAGE = 600;

  /**
   * @param constraint what must hold
   * @param details further {@code name=value} pairs, separated by commas
   */
  GgufException(String constraint, String file, String details) {
    super(oneLine(constraint + ": file=" + file + (details.isEmpty() ? "" : ", " + details)));
  }

  /** Names come from the file, so they may hold anything. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(MAX_MESSAGE)
        .forEach(
            c -> {
              if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append(String.format("\\u%04x", c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return text.length() > 2 * MAX_MESSAGE ? line.append('…').toString() : line.toString();
  }
}
