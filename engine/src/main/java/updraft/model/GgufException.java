package updraft.model;

/** A model file is damaged or not supported. The message is one line and names the file. */
public final class GgufException extends RuntimeException {
  private static final int MAX_CONSTRAINT = 250;
  private static final int MAX_DETAILS = 400;
  private static final int MAX_PATH = 4096;

  /**
   * @param constraint what must hold
   * @param details further {@code name=value} pairs, separated by commas
   */
  GgufException(String constraint, String file, String details) {
    super(
        oneLine(constraint, MAX_CONSTRAINT)
            + ": file="
            + oneLine(file, MAX_PATH)
            + (details.isEmpty() ? "" : ", " + oneLine(details, MAX_DETAILS)));
  }

  /** Names in a message come from the file, so they may hold anything and be of any length. */
  private static String oneLine(String text, int limit) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (line.length() >= limit) {
        return line.append('…').toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }
}
