package updraft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import updraft.request.SpeculationStats;

class SpeculationReportTest {
  private static final BenchPrompt PROMPT = new BenchPrompt("a<b", "a rat");

  private static SpeculationTable table() {
    return SpeculationTable.of(
        "model", List.of(run(0, "off", 400, 4), run(0, "eagle", 200, 2), run(1, "off", 300, 4)));
  }

  private static MethodRun run(float temperature, String method, long nanos, int rounds) {
    SpeculationStats stats =
        new SpeculationStats(method, rounds, 4, 2, List.of(1, 0, 1), 1, 3, 1.5);
    return new MethodRun(PROMPT, temperature, method, 4, nanos, stats);
  }

  @Test
  void thePlotIsXmlWithABarACategoryAndMethod() throws Exception {
    Document plot =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(SpeculationReport.svg(table()))));

    // two methods in the legend, and two bars for the category and for all
    assertThat(plot.getElementsByTagName("rect").getLength()).isEqualTo(2 + 4);
    assertThat(plot.getDocumentElement().getTextContent())
        .contains("speed-up against off at temperature 0.0", "2.00", "prefers-color-scheme:dark");
  }

  @Test
  void theReportNeedsNothingElseAndEscapesNames() {
    String page = SpeculationReport.html(table());

    assertThat(page).contains("Temperature 0.0", "Temperature 1.0", "<td>a&lt;b<td>eagle");
    assertThat(page).doesNotContain("a<b", "src=", "href=", "@import");
  }
}
