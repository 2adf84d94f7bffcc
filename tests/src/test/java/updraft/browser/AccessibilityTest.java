package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be checked of accessibility without a person: names, structure, contrast. */
@Tag("browser")
class AccessibilityTest {
  /** Each finding a line; contrast as WCAG 2.2 defines it, 4.5 for text. */
  private static final String FINDINGS =
      """
      () => {
        const found = [];
        const shown = e => e.checkVisibility() && e.getClientRects().length > 0;
        const nameOf = e => e.getAttribute('aria-label')
            || (e.labels && [...e.labels].map(l => l.textContent).join(''))
            || e.textContent || e.title || '';
        for (const e of document.querySelectorAll('a, button, input, select, textarea, [tabindex="0"], [role=slider], [role=tree], [role=treeitem]')) {
          if (shown(e) && nameOf(e).trim() === '' && !e.querySelector('[aria-label]')) {
            found.push('no name: ' + e.outerHTML.slice(0, 80));
          }
        }
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => found.push('id twice: ' + id));
        for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
          const id = e.getAttribute('aria-describedby') ?? e.getAttribute('aria-labelledby');
          if (!document.getElementById(id)) found.push('refers to nothing: ' + id);
        }
        if (document.querySelectorAll('main').length !== 1) found.push('not one main');
        if (!document.documentElement.lang) found.push('no language');
        const rgb = text => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = e => {
          for (let at = e; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0.5) return colour;
          }
          return [255, 255, 255];
        };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const seen = new Set();
        while (walker.nextNode()) {
          const e = walker.currentNode.parentElement;
          if (walker.currentNode.textContent.trim() === '' || !shown(e)
              || e.closest('svg, .for-readers, :disabled, option')) continue;
          const style = getComputedStyle(e);
          const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
          const ratio = (a + 0.05) / (b + 0.05);
          if (ratio < 4.5) seen.add(ratio.toFixed(2) + ' of ' + e.tagName + '.' + e.className);
        }
        return found.concat([...seen].map(s => 'contrast ' + s));
      }""";

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

  @ParameterizedTest
  @EnumSource(names = {"LIGHT", "DARK"})
  void everythingHasANameAndCanBeRead(ColorScheme scheme) {
    try (OpenPage page = new OpenPage(chromium, server.url, 1440, 900, scheme)) {
      assertThat(findings(page)).as("welcome").isEmpty();
      page.complete("over and over and over and over", 60);
      if (page.page.getByLabel("show rejected").isEnabled()) {
        page.page.getByLabel("show rejected").check();
      }
      assertThat(findings(page)).as("run").isEmpty();
      for (String view : List.of("compare", "requests", "engine")) {
        page.page.evaluate("view => { location.hash = '#/' + view; }", view);
        page.find("body[data-view=" + view + "]").waitFor();
        assertThat(findings(page)).as(view).isEmpty();
      }
    }
  }

  private static List<?> findings(OpenPage page) {
    return (List<?>) page.page.evaluate(FINDINGS);
  }
}
