package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.Architecture;
import updraft.model.QuantType;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult.Choice;

/** What a device cannot do is said in one line, at the place where a person meets it. */
class DeviceFailureTest {
  private static final String LAUNCHES = "updraft.sim.launches";
  private static final String UNCOMPILABLE = "updraft.sim.uncompilable";
  private static final Device GPU = new Device("0:0", "GPU, ptx", 8_000_000_000L, false);

  @TempDir private static Path directory;

  @Test
  void aDeviceLostDuringARequestFailsItWithTheReason() {
    Assumptions.assumeTrue(new TornadoProvider.Simulator().unavailable() == null);
    System.setProperty(LAUNCHES, "100");
    EngineOptions options =
        EngineOptions.builder(TinyModels.llama(directory))
            .backend("tornado-sim")
            .contextLength(64)
            .keyValueTokens(64)
            .prefillChunk(8)
            .maxSequences(1)
            .calibrate(false)
            .build();
    try (Engine engine = Engine.open(options)) {
      assertThat(engine.trouble()).isNull();
      Choice choice =
          engine
              .generate(GenerateRequest.builder(1, 2, 3).maxTokens(40).ignoreEos(true).build())
              .choices()
              .getFirst();
      assertThat(choice.reason()).isEqualTo(FinishReason.ERROR);
      assertThat(choice.tokens()).isNotEmpty();
      assertThat(choice.error())
          .startsWith("the device failed: graph=layers0, device=Updraft simulator (no GPU), ")
          .contains("the simulated device is lost: updraft.sim.launches=100");
      assertThat(engine.trouble()).isEqualTo(choice.error());
    } finally {
      System.clearProperty(LAUNCHES);
    }
  }

  @Test
  void aModelOfLargerHeadsThanKernelsTakeIsRefused() throws Exception {
    Assumptions.assumeTrue(new TornadoProvider.Simulator().unavailable() == null);
    Path model =
        TinyModels.builder(Architecture.LLAMA, QuantType.Q8_0)
            .layers(1)
            .heads(2, 1)
            .headSize(544)
            .write(directory.resolve("wide.gguf"));
    assertThatThrownBy(
            () -> Engine.open(EngineOptions.builder(model).backend("tornado-sim").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "backend tornado: head size must be at most 512, and small enough for local memory:"
                + " head_size=544, heads=2, kv_heads=1; take --backend cpu");
  }

  @Test
  void tooLittleMemoryIsToldInGigabytes() {
    assertThatThrownBy(() -> GPU.requireMemory(9_800_000_000L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device memory must hold weights, keys and values: needed=10.0 GB, device=8.0 GB; take"
                + " a smaller model or --context, or --backend cpu");
  }

  @Test
  void theFlagForMoreMemoryIsNamed() {
    assertThatThrownBy(() -> GPU.requireMemory(5_000_000_000L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device memory must hold weights, keys and values: needed=5.2 GB, device=8.0 GB, of"
                + " which TornadoVM takes 4.3 GB; say"
                + " UPDRAFT_JAVA_OPTS=-Dtornado.device.memory=5GB");
    GPU.requireMemory(4_000_000_000L);
    assertThat(Device.limit("512MB")).isEqualTo(512L << 20);
  }

  @Test
  void memoryThatRunsOutNamesTheFlag() {
    assertThatThrownBy(
            () -> guard(new TornadoOutOfMemoryException("Unable to allocate 1 GB\nat …")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "device memory must hold weights, keys and values: graph=layers0, Unable to allocate 1"
                + " GB; TornadoVM takes 4 GB unless"
                + " UPDRAFT_JAVA_OPTS=-Dtornado.device.memory=NGB says more");
  }

  @Test
  void aKernelThatDoesNotCompileIsNamedEvenIfTheCompilerDoesNot() {
    Assumptions.assumeTrue(new TornadoProvider.Simulator().unavailable() == null);
    System.setProperty(UNCOMPILABLE, "attend");
    try {
      assertThatThrownBy(
              () ->
                  Engine.open(
                      EngineOptions.builder(TinyModels.llama(directory))
                          .backend("tornado-sim")
                          .build()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "kernels must compile for the device: kernel=layers0.attend, device=Updraft simulator"
                  + " (no GPU), unimplemented");
    } finally {
      System.clearProperty(UNCOMPILABLE);
    }
  }

  @Test
  void aKernelThatDoesNotCompileIsToldInTheCompilersWords() {
    assertThatThrownBy(
            () ->
                guard(
                    new TornadoBailoutRuntimeException(
                        "\u001B[31mBailout is disabled. \n"
                            + "Reason: \u001B[31mUnable to compile task layers0.attend - attend\n"
                            + "The internal error is: \u001B[31m[Error during LIR generation !]\n"
                            + "Stacktrace: [tornado.drivers.ptx@5.2.0/uk.ac…]\u001B[0m")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "kernels must compile for the device: kernel=layers0.attend, device=GPU, ptx, [Error"
                + " during LIR generation !]");
  }

  @Test
  void aDriversLogFollowsWhatAnnouncesIt() {
    assertThatThrownBy(
            () ->
                guard(
                    new TornadoBailoutRuntimeException(
                        "Unable to compile task head.sample - sample\n"
                            + "The internal error is: Error during code compilation with the driver:\n"
                            + "kernel.cu(3): error: identifier \"x\" is undefined\n")))
        .hasMessageEndingWith(
            "kernel=head.sample, device=GPU, ptx, Error during code compilation with the driver:"
                + " kernel.cu(3): error: identifier \"x\" is undefined");
  }

  private static void guard(RuntimeException problem) {
    GPU.guard(
        "layers0",
        new Tasks(),
        () -> {
          throw problem;
        });
  }
}
