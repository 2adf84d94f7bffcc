package updraft.cli;

import java.util.Locale;

/** Counts and bytes for people. */
final class Sizes {
  private static final String[] BYTES = {"B", "KB", "MB", "GB", "TB"};
  private static final String[] COUNTS = {"", " K", " M", " B", " T"};

  private Sizes() {}

  /** Bytes to three figures, in powers of 1000, e.g. {@code 98.9 MB}. */
  static String show(long bytes) {
    return scaled(bytes, " ", BYTES);
  }

  /** A count of parameters, e.g. {@code 135 M}. */
  static String count(long count) {
    return scaled(count, "", COUNTS);
  }

  private static String scaled(long value, String space, String[] units) {
    double scaled = value;
    int unit = 0;
    while (scaled >= 999.5 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    String format = unit == 0 || scaled >= 99.95 ? "%.0f%s%s" : "%.1f%s%s";
    return String.format(Locale.ROOT, format, scaled, space, units[unit]);
  }
}
