package updraft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.model.GgufException;
import updraft.model.GgufFile;
import updraft.model.GgufTensor;
import updraft.model.QuantType;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;

class EngineTest {
  @TempDir Path folder;

  @Test
  void refusesWeightsThatAreNotFiniteNamingFileAndTensor() throws IOException {
    Path damaged = TinyModels.llama(folder);
    long scale;
    try (GgufFile file = GgufFile.open(damaged);
        FileChannel channel = FileChannel.open(damaged);
        Arena arena = Arena.ofConfined()) {
      GgufTensor tensor = file.tensor("blk.1.ffn_up.weight");
      assertThat(tensor.type()).isEqualTo(QuantType.Q8_0);
      MemorySegment whole = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      scale = positionOf(tensor.data(), whole) + 2 * tensor.rowBytes();
    }
    try (FileChannel channel = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {0, 0x7e}), scale); // a NaN of 16 bits
    }
    assertThatThrownBy(() -> Engine.open(EngineOptions.builder(damaged).build()))
        .isInstanceOf(GgufException.class)
        .hasMessage(
            "weights and their scales must be finite and below 65504: file=%s,"
                + " tensor=blk.1.ffn_up.weight, row=2",
            damaged);
  }

  private static long positionOf(MemorySegment part, MemorySegment whole) {
    long position = 0;
    while (whole.asSlice(position, part.byteSize()).mismatch(part) >= 0) {
      position++;
    }
    return position;
  }

  @Test
  void aListenerThatClosesTheEngineFailsItsRequestInsteadOfWaitingForItself() {
    try (Engine engine = Engine.open(EngineOptions.builder(TinyModels.llama(folder)).build())) {
      GenerateRequest request =
          GenerateRequest.builder(engine.encode("red green", false)).maxTokens(8).build();
      List<RuntimeException> refusals = new CopyOnWriteArrayList<>();
      GenerateResult result =
          engine
              .submit(
                  request,
                  event -> {
                    try {
                      engine.close();
                    } catch (IllegalStateException e) {
                      refusals.add(e);
                    }
                  })
              .result()
              .join();
      assertThat(result.choices().getFirst().reason()).isEqualTo(FinishReason.LENGTH);
      assertThat(refusals)
          .hasSize(9)
          .allSatisfy(
              e ->
                  assertThat(e)
                      .hasMessage(
                          "an engine must not be closed by a listener of its tokens:"
                              + " thread=updraft-engine; close it on another thread"));
      assertThat(engine.generate(request).completionTokens()).isEqualTo(8);
    }
  }
}
