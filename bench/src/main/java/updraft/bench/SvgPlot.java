package updraft.bench;

import java.util.List;
import java.util.Locale;

/**
 * Draws plots as SVG: axes, bars, lines and points, a colour a series, for light and dark pages.
 */
final class SvgPlot {
  /** Of an SVG or HTML page; colours that can be told apart by people who see few of them. */
  static final String STYLE =
      """
      :root{--ink:#1f2328;--faint:#d5d9de;--page:#ffffff;--s0:#8a9199;--s1:#d08700;--s2:#0969da;\
      --s3:#7a3fc4;--s4:#1a7f74;--s5:#c2255c;--s6:#6f5a3e;--s7:#3d6b1f}
      @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#3a424c;--page:#14181d;\
      --s0:#9aa4ae;--s1:#f0b13a;--s2:#6cb0ff;--s3:#c39bff;--s4:#56d4c4;--s5:#ff7fa8;--s6:#cbb08a;\
      --s7:#9bd46a}}
      svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
      .axis{stroke:var(--faint)}.one{stroke:var(--ink);stroke-dasharray:4 3}
      """;

  private static final int COLOURS = 8;
  private static final int LEFT = 44;
  private static final int TOP = 34;
  private static final int BOTTOM = 42;

  private final StringBuilder out = new StringBuilder();
  private final int width;
  private final int height;
  private final double most;

  /**
   * @param most of the vertical axis, which begins with 0
   */
  SvgPlot(int width, int height, String title, double most) {
    this.width = width;
    this.height = height;
    this.most = most;
    text(LEFT, 14, "start", title);
    double step = most > 4 ? 1 : most > 1.2 ? 0.5 : 0.2;
    for (double value = 0; value <= most + 1e-9; value += step) {
      add(
          "<line class='axis' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>",
          LEFT, width, y(value), y(value));
      text(LEFT - 6, y(value) + 4, "end", String.format(Locale.ROOT, "%.1f", value));
    }
  }

  /** A dashed line across, e.g. where nothing is gained. */
  void mark(double value) {
    add("<line class='one' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>", LEFT, width, y(value), y(value));
  }

  /** What the series are called, in a row above the plot. */
  void legend(List<String> names) {
    double x = LEFT;
    for (int series = 0; series < names.size(); series++) {
      add("<rect x='%.1f' y='20' width='9' height='9' fill='%s'/>", x, colour(series));
      text(x + 13, 29, "start", names.get(series));
      x += 26 + 7.2 * names.get(series).length();
    }
  }

  /** Bars side by side, a group for each name. */
  void bars(List<String> groups, List<double[]> series) {
    double group = (double) (width - LEFT) / groups.size();
    double bar = group * 0.86 / series.size();
    for (int g = 0; g < groups.size(); g++) {
      double x = LEFT + g * group + group * 0.07;
      for (int s = 0; s < series.size(); s++) {
        double value = Math.min(most, series.get(s)[g]);
        add(
            "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f'"
                + " fill='%s'><title>%.2f</title></rect>",
            x + s * bar, y(value), bar * 0.92, y(0) - y(value), colour(s), series.get(s)[g]);
      }
      text(LEFT + (g + 0.5) * group, height - BOTTOM + 18, "middle", groups.get(g));
    }
  }

  /** A line a series, over 1, 2, 3 … */
  void lines(int positions, List<List<Double>> series) {
    for (int s = 0; s < series.size(); s++) {
      StringBuilder points = new StringBuilder();
      for (int i = 0; i < Math.min(positions, series.get(s).size()); i++) {
        points.append(
            String.format(Locale.ROOT, "%.1f,%.1f ", x(i, positions), y(series.get(s).get(i))));
      }
      add("<polyline fill='none' stroke-width='2' stroke='%s' points='%s'/>", colour(s), points);
    }
    for (int i = 0; i < positions; i++) {
      text(x(i, positions), height - BOTTOM + 18, "middle", String.valueOf(i + 1));
    }
  }

  private double x(int position, int positions) {
    return LEFT + (position + 0.5) * (width - LEFT) / positions;
  }

  /** A point of a series, both axes having the same scale. */
  void point(int series, double across, double up, String name) {
    add(
        "<circle cx='%.1f' cy='%.1f' r='4' fill='%s'><title>%s</title></circle>",
        across(across), y(Math.min(most, up)), colour(series), escaped(name));
  }

  /** Where both are equal. */
  void diagonal() {
    add(
        "<line class='one' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>",
        across(0), y(0), across(most), y(most));
    for (double value = 0; value <= most; value += 0.5) {
      text(
          across(value), height - BOTTOM + 18, "middle", String.format(Locale.ROOT, "%.1f", value));
    }
  }

  private double across(double value) {
    return LEFT + Math.min(most, value) / most * (width - LEFT - 20);
  }

  /** Names the horizontal axis and ends the drawing. */
  String end(String axis) {
    text((LEFT + width) / 2.0, height - 6, "middle", axis);
    return String.format(
        Locale.ROOT,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' role='img'>%s</svg>",
        width,
        height,
        out);
  }

  private double y(double value) {
    return height - BOTTOM - value / most * (height - TOP - BOTTOM);
  }

  private static String colour(int series) {
    return "var(--s" + series % COLOURS + ")";
  }

  private void text(double x, double y, String anchor, String text) {
    add("<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", x, y, anchor, escaped(text));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }

  private void add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
