package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Asking, watching the answer stream, and looking into its rounds. */
@Tag("browser")
class RunPageTest {
  private static final String PROMPT = "to and fro, to and fro, to and fro";
  private static final int TOKENS = 120;

  @TempDir private static Path folder;
  private static Chromium chromium;
  private static PageServer server;

  @BeforeAll
  static void open() throws IOException {
    chromium = Chromium.open();
    server = PageServer.start(folder);
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  private static OpenPage completed() {
    OpenPage page = OpenPage.light(chromium, server.url);
    page.complete(PROMPT, TOKENS);
    return page;
  }

  private static JsonNode latest() throws IOException, InterruptedException {
    String id = server.get("/debug/requests").at("/requests/0/id").asString();
    return server.get("/debug/requests/" + id);
  }

  @Test
  void streamsWhatTheServerAnswers() throws Exception {
    try (OpenPage page = completed()) {
      String body =
          "{\"prompt\": \"%s\", \"max_tokens\": %d, \"ignore_eos\": true, \"temperature\": 0}";
      JsonNode answer = server.post("/v1/completions", body.formatted(PROMPT, TOKENS));
      String text =
          (String)
              page.page.evaluate(
                  "() => [...document.querySelectorAll('.tok')].map(t => t.textContent).join('')");
      assertThat(text).isNotEmpty().isEqualTo(answer.at("/choices/0/text").asString());
      page.picture("run-light");
      page.assertQuiet();
    }
  }

  @Test
  void tokensHaveTheColourOfWhoProposedThem() throws Exception {
    try (OpenPage page = completed()) {
      JsonNode request = latest();
      int drafted = request.path("accepted").asInt();
      int kept = page.find(".tok.o-ngram").count();
      assertThat(drafted).isPositive();
      assertThat(kept).isLessThanOrEqualTo(drafted).isPositive();
      assertThat(page.find(".tok.o-target").count() + kept).isEqualTo(TOKENS);
      assertThat(colour(page.find(".tok.o-ngram").first()))
          .isNotEqualTo(colour(page.find(".tok.o-target").first()));
      assertThat(page.find(".legend .o-ngram b").first().textContent())
          .isEqualTo(Integer.toString(kept));
    }
  }

  private static Object colour(Locator locator) {
    return locator.evaluate("e => getComputedStyle(e).backgroundColor");
  }

  @Test
  void drawsTheTreeOfEveryRound() throws Exception {
    try (OpenPage page = completed()) {
      JsonNode rounds = latest().path("rounds");
      page.find(".rounds-scroll").focus();
      page.page.keyboard().press("Home");
      for (int i = 0; i < rounds.size(); i++) {
        JsonNode round = rounds.get(i);
        assertThat(page.find(".tree-panel h2").textContent())
            .isEqualTo("Round " + round.path("round").asInt());
        int bonus = round.has("bonus") ? 1 : 0;
        assertThat(page.find(".tree .node").count())
            .as("nodes of round %s", i + 1)
            .isEqualTo(round.at("/tree/token").size() + bonus);
        assertThat(page.find(".tree .node.accepted").count())
            .isEqualTo(round.path("accepted").asInt());
        assertThat(page.find(".tree .edge.accepted").count())
            .isEqualTo(round.path("accepted").asInt());
        page.page.keyboard().press("ArrowRight");
      }
    }
  }

  @Test
  void aTokenLeadsToItsRoundAndBack() throws Exception {
    try (OpenPage page = completed()) {
      JsonNode rounds = latest().path("rounds");
      JsonNode last = rounds.get(rounds.size() - 1);
      page.find(".tok").last().click();
      assertThat(page.find(".tree-panel h2").textContent())
          .isEqualTo("Round " + last.path("round").asInt());
      assertThat(page.find(".tok.marked").count())
          .isEqualTo(last.path("accepted").asInt() + (last.has("bonus") ? 1 : 0));
      assertThat(page.find(".tok").last().getAttribute("class")).contains("marked");
    }
  }

  @Test
  void nodesTellTheirProbabilitiesAndAreWalkedByArrows() {
    try (OpenPage page = completed()) {
      page.find(".tree [tabindex='0']").focus();
      assertThat(page.find(".tree-panel .readout").textContent()).contains("root");
      page.page.keyboard().press("ArrowRight");
      assertThat(page.find(".tree-panel .readout").textContent())
          .containsPattern("(accepted|rejected|bonus).*; draft .*, target .*; token \\d+");
      page.page.keyboard().press("ArrowLeft");
      assertThat(page.find(".tree-panel .readout").textContent()).contains("root");
    }
  }

  @Test
  void rejectedDraftsAreShownOnDemand() {
    try (OpenPage page = completed()) {
      assertThat(page.find("del.rejected").first().isVisible()).isFalse();
      page.page.getByLabel("show rejected").check();
      assertThat(page.find("del.rejected").first().isVisible()).isTrue();
    }
  }

  @Test
  void theTimelineIsZoomedAndMoved() {
    try (OpenPage page = completed()) {
      Locator range = page.find(".timeline-box .range");
      String whole = range.textContent();
      assertThat(page.find(".span.spec-verify").count()).isPositive();
      page.page.getByLabel("Zoom in").click();
      page.page.waitForFunction(
          "whole => document.querySelector('.range').textContent !== whole", whole);
      String zoomed = range.textContent();
      page.find(".timeline-stage").focus();
      page.page.keyboard().press("ArrowLeft");
      page.page.waitForFunction(
          "zoomed => document.querySelector('.range').textContent !== zoomed", zoomed);
      page.page.keyboard().press("0");
      page.page.waitForFunction(
          "whole => document.querySelector('.range').textContent === whole", whole);
    }
  }

  @Test
  void chartsTellWhatWasRecorded() throws Exception {
    try (OpenPage page = completed()) {
      JsonNode request = latest();
      List<Integer> histogram = new ArrayList<>();
      request.path("histogram").forEach(rounds -> histogram.add(rounds.asInt()));
      assertThat(page.find(".chart .column").count()).isEqualTo(histogram.size());
      Map<Integer, String> shown = new TreeMap<>();
      Locator rows = page.find("figure:has-text('by position') table tr");
      for (int i = 1; i < rows.count(); i++) {
        List<String> cells = rows.nth(i).locator("td").allTextContents();
        shown.put(Integer.valueOf(cells.get(0)), cells.get(1) + "/" + cells.get(2));
      }
      Map<Integer, String> recorded = new TreeMap<>();
      request
          .path("by_position")
          .forEach(
              at ->
                  recorded.put(
                      at.path("position").asInt(),
                      at.path("drafted").asInt() + "/" + at.path("accepted").asInt()));
      assertThat(shown).isEqualTo(recorded).isNotEmpty();
    }
  }

  @Test
  void scriptsInPromptsAndAnswersStayText() {
    try (OpenPage page = OpenPage.light(chromium, server.url)) {
      String hostile = "<script>hit=1</script><img src=x onerror=hit=1><b>bold</b>";
      page.complete(hostile, 8);
      assertThat(page.find(".said p").textContent()).isEqualTo(hostile);
      assertThat(page.find(".said b, .said img, .transcript script").count()).isZero();
      assertThat(page.page.evaluate("() => typeof hit")).isEqualTo("undefined");
      page.assertQuiet();
    }
  }
}
