package updraft.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.DraftNetwork;
import updraft.model.GgufException;
import updraft.model.GgufFile;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.Vocabularies;
import updraft.model.WeightException;
import updraft.request.SpeculationMethod;
import updraft.speculate.DraftTokens;
import updraft.speculate.Drafter;
import updraft.speculate.Drafters;
import updraft.speculate.MergedDrafter;
import updraft.speculate.NetworkDrafter;
import updraft.speculate.NgramDrafter;

/** Finds out what can draft for a model, and opens it. */
final class DrafterLoader {
  private static final Logger LOG = System.getLogger(DrafterLoader.class.getName());

  /** Rows of a draft network's forward: a prompt's chunk, or a level of many sequences. */
  private static final int ROWS = 128;

  private final EngineOptions options;
  private final GgufFile targetFile;
  private final ModelConfig target;
  private final Backend backend;

  DrafterLoader(EngineOptions options, GgufFile targetFile, ModelConfig target, Backend backend) {
    this.options = options;
    this.targetFile = targetFile;
    this.target = target;
    this.backend = backend;
  }

  /**
   * The drafters that there are: n-grams always.
   *
   * @throws GgufException if a named draft model or head does not suit the model, or is damaged
   */
  Drafters load() {
    Drafter ngram = new NgramDrafter();
    Drafters drafters = Drafters.ngram(ngram);
    Path named = options.draftModel();
    Path draftModel = named == null ? find(this::isDraftModel) : named;
    if (draftModel != null) {
      add(draftModel, ngram, drafters);
    }
    Path head = named == null ? find(this::isHead) : null;
    if (head != null) {
      add(head, ngram, drafters); // and serves auto in the place of a draft model
    }
    return drafters;
  }

  private void add(Path path, Drafter ngram, Drafters drafters) {
    try (GgufFile file = GgufFile.open(path)) {
      refuseIfTooLarge(file);
      boolean head = HeadConfig.isHead(file);
      DraftNetwork network = open(file, head);
      LOG.log(Level.INFO, network.description() + ", from " + path);
      if (head) {
        Drafter eagle = NetworkDrafter.head(network, draftTokens());
        Drafter merged = new MergedDrafter(ngram, eagle);
        drafters.put(SpeculationMethod.EAGLE, eagle);
        drafters.put(SpeculationMethod.NGRAM_EAGLE, merged);
        drafters.put(SpeculationMethod.AUTO, merged);
      } else {
        Drafter draft = NetworkDrafter.model(network, draftTokens());
        drafters.put(SpeculationMethod.DRAFT, draft);
        drafters.put(SpeculationMethod.AUTO, new MergedDrafter(ngram, draft));
      }
    }
  }

  private DraftTokens draftTokens() {
    if (options.verifier().equals("rejection")) {
      return DraftTokens.DRAWN;
    }
    return options.coupledDrafts() ? DraftTokens.COUPLED : DraftTokens.LIKELIEST;
  }

  private DraftNetwork open(GgufFile file, boolean head) {
    try {
      return head ? head(file) : model(file);
    } catch (WeightException e) {
      throw e.in(file.path().toString());
    }
  }

  private DraftNetwork head(GgufFile file) {
    HeadConfig config = HeadConfig.of(file, targetFile, target);
    ModelWeights targetWeights = ModelWeights.of(targetFile, target);
    return backend.openHead(config, HeadWeights.of(file, config, targetWeights), ROWS);
  }

  private DraftNetwork model(GgufFile file) {
    ModelConfig config = ModelConfig.of(file);
    Vocabularies.check(file, "draft model", targetFile, target.vocabularySize());
    return backend.openDraftModel(config, ModelWeights.of(file, config), ROWS);
  }

  /** Its weights are repacked on the heap, which takes about what they take in the file. */
  private static void refuseIfTooLarge(GgufFile file) {
    Runtime runtime = Runtime.getRuntime();
    long free = runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    if (file.fileBytes() > free) {
      throw new IllegalArgumentException(
          "draft model must fit the memory: file="
              + file.path()
              + ", needed="
              + (file.fileBytes() >> 20)
              + " MB, free="
              + (free >> 20)
              + " MB; raise the heap with -Xmx");
    }
  }

  private boolean isHead(GgufFile file) {
    return HeadConfig.suits(file, targetFile, target);
  }

  /** Only a file that says by its name what it is for is taken without being asked for. */
  private boolean isDraftModel(GgufFile file) {
    return file.path().toString().endsWith("-draft.gguf")
        && file.fileBytes() < targetFile.fileBytes()
        && Vocabularies.same(file, targetFile);
  }

  /** The first in the directories, or null. */
  private @Nullable Path find(Predicate<GgufFile> suits) {
    for (Path directory : options.heads()) {
      for (Path path : ggufFiles(directory)) {
        try (GgufFile file = GgufFile.open(path)) {
          if (suits.test(file)) {
            return path;
          }
        } catch (GgufException e) {
          LOG.log(Level.DEBUG, "not a drafter: " + path, e);
        }
      }
    }
    return null;
  }

  private static List<Path> ggufFiles(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(path -> path.toString().endsWith(".gguf")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
