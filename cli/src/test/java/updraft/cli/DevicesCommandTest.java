package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.model.TinyModels;

class DevicesCommandTest {
  @TempDir Path folder;

  @Test
  void saysWhichBackendsRunHereAndWhyOthersDoNot() {
    Map<String, JsonNode> backends = new HashMap<>();
    JsonNode listing = new CommandLineRun(folder).run("devices", "--json").succeeds().json();
    listing.get("backends").forEach(entry -> backends.put(entry.get("name").asString(), entry));
    assertThat(backends.get("cpu").get("available").asBoolean()).isTrue();
    assertThat(backends.get("tornado-sim").get("available").asBoolean()).isTrue();
    assertThat(backends.get("tornado").get("available").asBoolean()).isFalse();
    assertThat(backends.get("tornado").get("reason").asString())
        .startsWith("TORNADOVM_HOME must be set: ");
    assertThat(listing.get("devices").get(0).get("simulated").asBoolean()).isTrue();
  }

  @Test
  void aLineForPeopleEach() {
    assertThat(new CommandLineRun(folder).run("devices").succeeds().out())
        .contains("--backend cpu          runs here")
        .contains("--backend tornado      does not run here: TORNADOVM_HOME must be set");
  }

  @Test
  void aBackendThatDoesNotRunHereIsRefusedAndNotReplaced() {
    String model = TinyModels.llama(folder).toString();
    new CommandLineRun(folder)
        .run("run", "--model", model, "--prompt", "red", "--backend", "tornado")
        .fails(
            2,
            "backend cannot run here: backend=tornado, TORNADOVM_HOME must be set: run"
                + " ./setup-tornado.sh and export it as that says");
  }
}
