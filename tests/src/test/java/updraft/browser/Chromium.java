package updraft.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The system's own Chromium, driven by Playwright; nothing is downloaded. */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Playwright playwright;
  final Browser browser;

  private Chromium(Path executable) {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions().setExecutablePath(executable).setArgs(List.of("--no-sandbox")));
  }

  /** Skips the test with the reason where there is no browser or no driver. */
  static Chromium open() {
    Optional<Path> executable = find();
    Assumptions.assumeTrue(
        executable.isPresent(),
        () -> "no browser on the path, looked for " + NAMES + "; apt-get install chromium");
    Assumptions.assumeTrue(
        hasDriver(), "no Playwright driver on the class path: build with the profile -Pbrowser");
    return new Chromium(executable.orElseThrow());
  }

  private static Optional<Path> find() {
    return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static boolean hasDriver() {
    return Chromium.class.getResource("/driver/linux") != null;
  }

  @Override
  public void close() {
    playwright.close();
  }
}
