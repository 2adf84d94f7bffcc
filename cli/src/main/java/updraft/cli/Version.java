package updraft.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The line of {@code --version}. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version =
        Objects.requireNonNullElse(
            Version.class.getPackage().getImplementationVersion(), "development");
    return new String[] {
      "updraft "
          + version
          + " (Java "
          + Runtime.version()
          + ", "
          + System.getProperty("os.arch")
          + ")"
    };
  }
}
