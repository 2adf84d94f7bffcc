package updraft.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says when something is wrong. */
@Tag("browser")
class PageErrorsTest {
  @TempDir private static Path folder;
  private static Chromium chromium;

  @BeforeAll
  static void open() {
    chromium = Chromium.open();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  /** An answer that goes on until it is stopped or let go. */
  private static void askForMuch(OpenPage page, String prompt) {
    page.find("[name='speculation.method']").selectOption("off");
    page.option("Max tokens", "800");
    page.find("[name=ignore_eos]").check();
    ask(page, prompt);
  }

  private static void ask(OpenPage page, String prompt) {
    page.find("#prompt").fill(prompt);
    page.find("#prompt").press("Enter");
  }

  @Test
  void aBadOptionIsSaidBesideIt() throws IOException {
    try (PageServer server = PageServer.start(folder);
        OpenPage page = OpenPage.light(chromium, server.url)) {
      page.option("Temperature", "-1");
      ask(page, "anything");
      page.find("[name=temperature][aria-invalid=true]").waitFor();
      assertThat(page.find(".field:has([name=temperature]) .problem").textContent())
          .isEqualTo("temperature must be in [0, 100]: temperature=-1.0");
      assertThat(page.find("#prompt").inputValue()).as("nothing is lost").isEqualTo("anything");
      page.picture("error-option");
      page.option("Temperature", "0");
      assertThat(page.find("[aria-invalid=true]").count()).isZero();

      page.option("Logit bias", "{");
      ask(page, "anything");
      assertThat(page.find(".field:has([name=logit_bias]) .problem").textContent())
          .startsWith("Logit bias must be JSON: ");
    }
  }

  @Test
  void asksForTheKeyAndGoesOn() throws IOException {
    try (PageServer server =
            PageServer.start(folder, e -> e, options -> options.withApiKey("secret"));
        OpenPage page = OpenPage.light(chromium, server.url + "/#/requests")) {
      page.find("#key").waitFor();
      page.picture("error-key");
      page.find("#key").fill("wrong");
      page.find("#key").press("Enter");
      page.find(".notice").waitFor();
      assertThat(page.find(".notice").textContent()).contains("A key is needed");
      page.find(".notice button").click();
      page.find("#key-refused").waitFor();
      page.find("#key").fill("secret");
      page.find("#key-use").click();
      page.find(".notice")
          .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
      page.find(".list > .quiet").waitFor();
      page.find("#forget-key").click();
      page.find(".list-head button").click();
      page.find("#key").waitFor();
    }
  }

  @Test
  void aFullQueueOffersAnotherTry() throws Exception {
    try (PageServer server =
            PageServer.start(
                folder, options -> options.maxSequences(1).queueCapacity(1), options -> options);
        OpenPage page = OpenPage.light(chromium, server.url);
        OpenPage second = OpenPage.light(chromium, server.url);
        OpenPage third = OpenPage.light(chromium, server.url)) {
      PacedBackend.pace(50_000_000);
      askForMuch(page, "one");
      page.find(".tok").first().waitFor();
      askForMuch(second, "two");
      await().until(() -> server.text("/metrics").contains("\nupdraft_waiting_sequences 1.0\n"));
      askForMuch(third, "three");
      third.find(".notice").waitFor();
      assertThat(third.find(".notice").textContent()).contains("The queue is full", "Try again");
      third.picture("error-queue");
      PacedBackend.pace(0);
      second.find(".inspector .panel").first().waitFor();
      third.page.getByText("Try again", exact()).click();
      third.find(".inspector .panel").first().waitFor();
      assertThat(third.find(".notice").count()).isZero();
    }
  }

  private static com.microsoft.playwright.Page.GetByTextOptions exact() {
    return new com.microsoft.playwright.Page.GetByTextOptions().setExact(true);
  }

  @Test
  void saysThatTheServerIsGone() throws IOException {
    try (PageServer server = PageServer.start(folder);
        OpenPage page = OpenPage.light(chromium, server.url)) {
      page.find("#server-state[data-state=ok]").waitFor();
      server.stop();
      ask(page, "anybody there?");
      page.find(".notice").waitFor();
      assertThat(page.find(".notice").textContent())
          .contains("No connection", "the server cannot be reached", "Try again");
      page.find("#server-state[data-state=gone]").waitFor();
      page.picture("error-gone");
    }
  }

  @Test
  void anAnswerIsStoppedByHand() throws IOException {
    try (PageServer server = PageServer.start(folder);
        OpenPage page = OpenPage.light(chromium, server.url)) {
      PacedBackend.pace(20_000_000);
      askForMuch(page, "on and on");
      page.find(".tok").first().waitFor();
      page.find("#stop").click();
      page.find("#send").waitFor();
      assertThat(page.find(".answer .live").textContent()).isEqualTo("stopped");
    }
  }
}
