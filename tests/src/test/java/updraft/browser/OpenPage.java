package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The page in a browser window of its own; collects what the console complains about. */
final class OpenPage implements AutoCloseable {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private final BrowserContext context;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  final Page page;

  OpenPage(Chromium chromium, String url, int width, int height, ColorScheme scheme) {
    context =
        chromium.browser.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme));
    page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    page.navigate(url);
  }

  static OpenPage light(Chromium chromium, String url) {
    return new OpenPage(chromium, url, 1440, 900, ColorScheme.LIGHT);
  }

  Locator find(String selector) {
    return page.locator(selector);
  }

  /** Sets an option by its label, opening its group when it is closed. */
  void option(String label, String value) {
    page.evaluate(
        "() => document.querySelectorAll('.options details').forEach(d => d.open = true)");
    page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(value);
  }

  /** Continues a prompt by n-gram drafts to its end. */
  void complete(String prompt, int tokens) {
    find("input[value=completion]").check(new Locator.CheckOptions().setForce(true));
    find("[name='speculation.method']").selectOption("ngram");
    option("Max tokens", Integer.toString(tokens));
    find("[name=ignore_eos]").check();
    find("#prompt").fill(prompt);
    find("#prompt").press("Enter");
    find(".inspector .panel").first().waitFor();
  }

  /** Keeps a picture as a build artefact. */
  void picture(String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  /** No script failed, and the policy had nothing to refuse. */
  void assertQuiet() {
    assertThat(complaints).isEmpty();
  }

  @Override
  public void close() {
    context.close();
  }
}
