package updraft.exactness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.forward.BackendOptions.Lanes;

/** How an engine of the matrix is set up. */
record Setup(Lanes lanes, int threads, int chunk, Residency residency) {
  /** So few that a request of {@link Trial} has to go when another one grows. */
  static final int SCARCE_TOKENS = 96;

  /** Where the prompt's keys and values come from. */
  enum Residency {
    /** All computed. */
    COLD,
    /** Found in the prefix cache. */
    PREFIX_HIT,
    /** Lost on the way and computed again. */
    PREEMPTED
  }

  static List<Setup> of(List<Lanes> lanes, List<Integer> threads, List<Integer> chunks) {
    List<Setup> setups = new ArrayList<>();
    for (Lanes width : lanes) {
      for (int count : threads) {
        for (int chunk : chunks) {
          for (Residency residency : Residency.values()) {
            setups.add(new Setup(width, count, chunk, residency));
          }
        }
      }
    }
    return setups;
  }

  Engine open(Path model) {
    return open(model, null);
  }

  /** With an EAGLE head or a draft model. */
  Engine open(Path model, @Nullable Path draft) {
    boolean scarce = residency == Residency.PREEMPTED;
    return Engine.open(
        EngineOptions.builder(model)
            .draftModel(draft)
            .lanes(lanes)
            .threads(threads)
            .prefillChunk(chunk)
            .maxSequences(8)
            .contextLength(512)
            .keyValueTokens(scarce ? SCARCE_TOKENS : 2048)
            .prefixCache(residency == Residency.PREFIX_HIT)
            .calibrate(false)
            .build());
  }
}
