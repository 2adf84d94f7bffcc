package updraft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.engine.EngineOptions;
import updraft.speculate.Verifiers;

/** How the engine is set up. */
final class EngineFlags {
  @Mixin private final ComputeFlags compute = new ComputeFlags();

  @Option(
      names = {"-c", "--context"},
      paramLabel = "N",
      description = "Most tokens of prompt and answer. Default: the model's own limit.")
  private int context;

  @Option(
      names = "--draft-model",
      paramLabel = "FILE",
      description =
          "An EAGLE head of the model, or a small model of its vocabulary, as a GGUF file. Default:"
              + " a head of the model, or a smaller *-draft.gguf of its vocabulary, in models/,"
              + " beside the model, or among `updraft models`.")
  private @Nullable Path draftModel;

  @Option(
      names = "--plain-drafts",
      description =
          "Draft the likeliest tokens, even where the answer is sampled with known noise.")
  private boolean plainDrafts;

  @Option(
      names = "--verifier",
      paramLabel = "NAME",
      description =
          "For study: coupled, target-only, target-only-lossy, rejection. All but coupled change"
              + " sampled answers. Default: coupled.")
  private String verifier = "coupled";

  @Option(
      names = "--trace-level",
      paramLabel = "L",
      description =
          "Detail of traces, 0 to 3. Default: 2 when OTEL_* variables export them, else 0.")
  private @Nullable Integer traceLevel;

  boolean namesDraftModel() {
    return draftModel != null;
  }

  /** One draft model cannot be several models'. */
  void refuseDraftModel() {
    if (draftModel != null) {
      throw new IllegalArgumentException(
          "--draft-model must go with one model: --draft-model="
              + draftModel
              + "; of several models each finds its own beside it or in models/");
    }
  }

  /**
   * @param defaultTraceLevel when none was asked for
   * @throws IllegalArgumentException if an option is out of range
   */
  EngineOptions.Builder options(Path model, int defaultTraceLevel, Terminal terminal) {
    Verifiers.of(verifier);
    return compute
        .options(model)
        .draftModel(draftModel)
        .heads(headFolders(model, terminal))
        .coupledDrafts(!plainDrafts)
        .verifier(verifier)
        .contextLength(context)
        .traceLevel(traceLevel == null ? defaultTraceLevel : traceLevel);
  }

  /**
   * Where heads of a model may be: in the clone or distribution, beside the model, in the store.
   */
  private static List<Path> headFolders(Path model, Terminal terminal) {
    List<Path> folders = new ArrayList<>();
    String home = terminal.environment().get("UPDRAFT_HOME");
    if (home != null && !home.isBlank()) {
      folders.add(Path.of(home).resolve("models"));
    }
    Path beside = model.toAbsolutePath().getParent();
    if (beside != null) {
      folders.add(beside);
    }
    folders.add(terminal.models().folder());
    return folders.stream().distinct().toList();
  }
}
