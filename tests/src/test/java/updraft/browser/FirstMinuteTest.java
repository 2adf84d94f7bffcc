package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import updraft.engine.EngineOptions;

/**
 * What a newcomer sees of the model that comes with Updraft, as {@code ./updraft serve} opens it:
 * one click on what the page offers, and there is a tree with drafts that were kept.
 */
@Tag("browser")
class FirstMinuteTest {
  private static final Logger LOG = System.getLogger(FirstMinuteTest.class.getName());
  private static final Path MODELS = Path.of("..", "models");

  @Test
  void oneClickDrawsATree() throws IOException {
    long start = System.nanoTime();
    EngineOptions options =
        EngineOptions.builder(MODELS.resolve("java-5m.gguf")).heads(List.of(MODELS)).build();
    try (Chromium chromium = Chromium.open();
        PageServer server = PageServer.over(options);
        OpenPage page = OpenPage.light(chromium, server.url)) {
      page.find(".starters button").first().click();
      Locator kept = page.find(".tree .node.accepted").first();
      kept.waitFor(new Locator.WaitForOptions().setTimeout(60_000));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      LOG.log(
          Level.INFO,
          "a tree after {0} ms, browser and engine started included: {1}",
          took.toMillis(),
          page.find(".tree-panel h2").textContent());
      page.picture("first-minute");
      assertThat(took).isLessThan(Duration.ofMinutes(1));
      page.assertQuiet();
    }
  }
}
