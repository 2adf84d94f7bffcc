package updraft.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import updraft.bench.SpeculationTable.Line;

/** A {@link SpeculationTable} as one HTML page that needs no other file, and its first plot. */
public final class SpeculationReport {
  private static final int WIDTH = 960;
  private static final int POSITIONS = 8;

  private SpeculationReport() {}

  /** The whole report. */
  public static String html(SpeculationTable table) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang='en'><meta charset='utf-8'>")
        .append("<meta name='viewport' content='width=device-width'><title>Speculation: ")
        .append(SvgPlot.escaped(table.model()))
        .append("</title><style>")
        .append(SvgPlot.STYLE)
        .append(
            """
            body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);\
            max-width:1000px;margin:2rem auto;padding:0 1rem}
            table{border-collapse:collapse;font-size:13px;width:100%;font-variant-numeric:tabular-nums}
            td,th{text-align:right;padding:2px 8px;border-bottom:1px solid var(--faint)}
            td:first-child,td:nth-child(2),th:first-child,th:nth-child(2){text-align:left}
            svg{width:100%;margin:1rem 0}
            </style><h1>What speculation gains</h1><p>\
            """)
        .append(
            SvgPlot.escaped(
                String.format(
                    Locale.ROOT,
                    "%s on %s, %d processors. Every prompt was answered with every method, one"
                        + " right after the other, and the answers were the same token for token.",
                    table.model(),
                    Machine.cpu(),
                    Runtime.getRuntime().availableProcessors())))
        .append("</p>");
    for (float temperature : temperatures(table)) {
      List<Line> lines = at(table, temperature);
      page.append("<h2>Temperature ").append(temperature).append("</h2>");
      page.append(speedups(table.model(), lines));
      page.append(bars("accept length τ: tokens a round", lines, Line::acceptLength));
      page.append(positions(lines)).append(predictions(lines));
      append(page, lines);
    }
    return page.append("</html>\n").toString();
  }

  /** Speed-ups at the first temperature, by itself. */
  public static String svg(SpeculationTable table) {
    List<Line> lines = at(table, temperatures(table).getFirst());
    return speedups(table.model(), lines).replaceFirst(">", "><style>" + SvgPlot.STYLE + "</style>")
        + "\n";
  }

  private static List<Float> temperatures(SpeculationTable table) {
    return table.lines().stream().map(Line::temperature).distinct().toList();
  }

  private static List<Line> at(SpeculationTable table, float temperature) {
    return table.lines().stream().filter(line -> line.temperature() == temperature).toList();
  }

  private static List<String> methods(List<Line> lines) {
    return lines.stream().map(Line::method).distinct().toList();
  }

  private static String speedups(String model, List<Line> lines) {
    return bars(
        model + ": speed-up against off at temperature " + lines.getFirst().temperature(),
        lines,
        Line::speedup);
  }

  private static String bars(String title, List<Line> lines, ToDoubleFunction<Line> value) {
    List<String> categories = lines.stream().map(Line::category).distinct().toList();
    List<String> methods = methods(lines);
    double most = Math.max(1, lines.stream().mapToDouble(value).max().orElse(1));
    SvgPlot plot = new SvgPlot(WIDTH, 300, title, Math.ceil(most * 4) / 4);
    plot.legend(methods);
    plot.bars(
        categories,
        methods.stream().map(method -> values(lines, categories, method, value)).toList());
    plot.mark(1);
    return plot.end("");
  }

  private static double[] values(
      List<Line> lines, List<String> categories, String method, ToDoubleFunction<Line> value) {
    return categories.stream()
        .mapToDouble(
            category ->
                lines.stream()
                    .filter(line -> line.category().equals(category))
                    .filter(line -> line.method().equals(method))
                    .mapToDouble(value)
                    .findFirst()
                    .orElse(0))
        .toArray();
  }

  private static String positions(List<Line> lines) {
    List<Line> all =
        lines.stream().filter(line -> line.category().equals(SpeculationTable.ALL)).toList();
    SvgPlot plot = new SvgPlot(WIDTH, 260, "acceptance by position, all prompts", 1);
    plot.legend(all.stream().map(Line::method).toList());
    plot.lines(POSITIONS, all.stream().map(Line::acceptanceByPosition).toList());
    return plot.end("position in the round");
  }

  private static String predictions(List<Line> lines) {
    List<String> methods = methods(lines);
    double most =
        lines.stream()
            .mapToDouble(line -> Math.max(line.speedup(), line.predictedSpeedup()))
            .max()
            .orElse(1);
    SvgPlot plot =
        new SvgPlot(
            WIDTH, 300, "speed-up, over what the budget predicted", Math.ceil(most * 2) / 2);
    plot.legend(methods);
    plot.diagonal();
    for (Line line : lines) {
      plot.point(
          methods.indexOf(line.method()),
          line.predictedSpeedup(),
          line.speedup(),
          line.category() + ", " + line.method());
    }
    return plot.end("predicted");
  }

  private static void append(StringBuilder page, List<Line> lines) {
    page.append(
            "<table><tr><th>category<th>method<th>prompts<th>τ<th>accepted<th>tok/s<th>speed-up")
        .append("<th>predicted<th>drafting<th>wasted</tr>");
    for (Line line : lines) {
      page.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s<td>%s<td>%d<td>%.2f<td>%.0f %%<td>%.1f<td>%.2f×<td>%.2f×<td>%.0f"
                  + " %%<td>%.0f %%</tr>%n",
              SvgPlot.escaped(line.category()),
              line.method(),
              line.prompts(),
              line.acceptLength(),
              100 * line.acceptRate(),
              line.tokensPerSecond(),
              line.speedup(),
              line.predictedSpeedup(),
              100 * line.draftShare(),
              100 * line.wastedCompute()));
    }
    page.append("</table>");
  }
}
