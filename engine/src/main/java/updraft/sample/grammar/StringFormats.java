package updraft.sample.grammar;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The formats that are held to; as JSON Schema has it, all others are annotations. */
final class StringFormats {
  private static final String DATE = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
  private static final String TIME =
      "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

  private static final Map<String, String> PATTERNS =
      Map.of(
          "date",
          DATE,
          "time",
          TIME,
          "date-time",
          DATE + "T" + TIME,
          "uuid",
          "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
          "ipv4",
          BYTE + "(\\." + BYTE + "){3}",
          "hostname",
          LABEL + "(\\." + LABEL + "){0,5}",
          "email",
          "[A-Za-z0-9_+-]{1,32}(\\.[A-Za-z0-9_+-]{1,32}){0,2}@" + LABEL + "(\\." + LABEL + "){1,4}",
          "duration",
          "P(\\d{1,6}W|\\d{1,6}D(T\\d{1,6}H(\\d{1,6}M)?(\\d{1,6}S)?)?|T\\d{1,6}[HMS])");

  private StringFormats() {}

  /** The whole text's pattern, or null for a format that only annotates. */
  static @Nullable String pattern(String format) {
    String pattern = PATTERNS.get(format);
    return pattern == null ? null : "^(" + pattern + ")$";
  }
}
