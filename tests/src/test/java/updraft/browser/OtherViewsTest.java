package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparison, the list of requests, the engine's charts; in dark, narrow, and by keyboard. */
@Tag("browser")
class OtherViewsTest {
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

  @Test
  void twoMethodsGiveEqualTextAndTheirTimes() {
    PacedBackend.pace(4_000_000);
    try (OpenPage page = OpenPage.light(chromium, server.url + "/#/compare")) {
      page.find(".compare-options > summary").click();
      page.option("Temperature", "0.7");
      page.option("Max tokens", "64");
      page.find("#compare-go").click();
      page.find(".verdict strong").waitFor();
      assertThat(page.find(".verdict strong").textContent()).startsWith("Equal text: ");
      List<String> texts =
          List.of(0, 1).stream()
              .map(lane -> page.find(".lane").nth(lane).locator(".token-run").textContent())
              .toList();
      assertThat(texts.get(0)).isNotEmpty().isEqualTo(texts.get(1));
      assertThat(page.find(".lane-time").allTextContents())
          .allMatch(time -> time.matches("[\\d.]+ (ms|s)"));
      page.picture("compare-light");
      page.assertQuiet();
    } finally {
      PacedBackend.pace(0);
    }
  }

  @Test
  void asksTheModelThatIsChosen() throws Exception {
    try (PageServer several = PageServer.ofModels(folder, "storm", "breeze");
        OpenPage page = OpenPage.light(chromium, several.url)) {
      page.find("select[name=model]").selectOption("breeze");
      page.complete("again and again", 20);
      assertThat(several.get("/health").path("models").toString())
          .isEqualTo("{\"storm\":\"unloaded\",\"breeze\":\"loaded\"}");
      assertThat(several.get("/debug/requests").at("/requests/0/model").asString())
          .isEqualTo("breeze");
      page.assertQuiet();
    }
  }

  @Test
  void aRememberedRequestIsLookedIntoFromTheList() {
    try (OpenPage page = OpenPage.light(chromium, server.url)) {
      page.complete("again and again and again", 60);
      page.find("nav a[href='#/requests']").click();
      page.find(".requests tbody a").first().click();
      page.find(".wide-look .tree").waitFor();
      assertThat(page.find(".requests tr.chosen").count()).isEqualTo(1);
      page.picture("requests-light");
      page.assertQuiet();
    }
  }

  @Test
  void theEnginesChartsMove() {
    try (OpenPage page = OpenPage.light(chromium, server.url + "/#/engine")) {
      Locator steps = page.find(".live-chart:has-text('Forwards') .legend b").first();
      page.page.waitForFunction(
          "() => document.querySelector('.live-chart .legend b').textContent !== '–'");
      assertThat(page.find(".live-chart canvas").count()).isEqualTo(8);
      assertThat(steps.textContent()).isNotEmpty();
      page.find(".all-metrics summary").click();
      page.find("#metric-filter").fill("pages_free");
      assertThat(page.find(".all-metrics tbody tr").count()).isEqualTo(1);
      page.picture("engine-light");
      page.assertQuiet();
    }
  }

  @Test
  void isDarkWhereTheSystemIsAndAsToldOtherwise() {
    try (OpenPage page = new OpenPage(chromium, server.url, 1440, 900, ColorScheme.DARK)) {
      assertThat(brightness(page)).isLessThan(60);
      page.complete("up and down and up and down and up", 90);
      page.picture("run-dark");
      page.find("#theme").selectOption("light");
      assertThat(brightness(page)).isGreaterThan(200);
      page.page.reload();
      assertThat(brightness(page)).as("remembered").isGreaterThan(200);
      page.assertQuiet();
    }
  }

  private static double brightness(OpenPage page) {
    return ((Number)
            page.page.evaluate(
                "() => getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g)"
                    + ".slice(0, 3).reduce((sum, c) => sum + Number(c), 0) / 3"))
        .doubleValue();
  }

  @Test
  void aNarrowScreenScrollsOnlyDownwards() {
    try (OpenPage page = new OpenPage(chromium, server.url, 390, 844, ColorScheme.LIGHT)) {
      page.complete("here and there and here and there", 60);
      page.picture("run-narrow");
      for (String view : List.of("run", "compare", "requests", "engine")) {
        page.page.evaluate("view => { location.hash = '#/' + view; }", view);
        page.find("body[data-view=" + view + "]").waitFor();
        assertThat(page.page.evaluate("() => document.documentElement.scrollWidth"))
            .as(view)
            .isEqualTo(390);
      }
    }
  }

  @Test
  void aFirstAnswerNeedsNoPointer() {
    try (OpenPage page = OpenPage.light(chromium, server.url)) {
      page.page.keyboard().press("Tab");
      assertThat(page.page.evaluate("() => document.activeElement.className")).isEqualTo("skip");
      for (int i = 0; i < 60 && !isFocused(page, "prompt"); i++) {
        page.page.keyboard().press("Tab");
        assertThat(page.page.evaluate("() => document.activeElement.matches(':focus-visible')"))
            .as("focus is seen after %d tabs", i)
            .isEqualTo(true);
      }
      assertThat(isFocused(page, "prompt")).isTrue();
      page.page.keyboard().type("by hand, by hand, by hand");
      page.page.keyboard().press("Enter");
      page.find(".inspector .panel").first().waitFor();
      assertThat(isFocused(page, "prompt")).as("ready for the next one").isTrue();
      assertThat(page.find("#announcer").textContent()).startsWith("Answer finished: ");
    }
  }

  private static boolean isFocused(OpenPage page, String id) {
    return page.page.evaluate("() => document.activeElement.id").equals(id);
  }
}
