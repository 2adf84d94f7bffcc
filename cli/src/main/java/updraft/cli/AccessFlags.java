package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.server.AccessOptions;
import updraft.server.TlsOptions;

/** Who may use a server, and how. */
final class AccessFlags {
  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "A file with the keys of which clients must send one, one a line.")
  private @Nullable Path apiKeyFile;

  @Option(
      names = "--requests-per-key",
      paramLabel = "N",
      description = "Most requests that a key may have under way. Default: no limit.")
  private int requestsPerKey;

  @Option(
      names = "--cors-origin",
      paramLabel = "ORIGIN",
      split = ",",
      description = "Whose pages may read answers, * for all. Default: nobody's.")
  private List<String> origins = List.of();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve HTTPS with the certificates of this PEM file.")
  private @Nullable Path certificates;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's key, PKCS #8.")
  private @Nullable Path key;

  AccessOptions options(Terminal terminal) throws IOException {
    return new AccessOptions(keys(terminal), requestsPerKey, origins);
  }

  private List<String> keys(Terminal terminal) throws IOException {
    String one = terminal.environment().get(ApiKeys.VARIABLE);
    if (apiKeyFile == null && one == null) {
      return List.of();
    }
    List<String> keys =
        (apiKeyFile == null ? String.valueOf(one) : Files.readString(apiKeyFile))
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "the key must not be empty: "
              + (apiKeyFile == null ? ApiKeys.VARIABLE : "--api-key-file=" + apiKeyFile));
    }
    return keys;
  }

  /** Null for HTTP. */
  @Nullable TlsOptions tls() {
    if (certificates != null && key != null) {
      return new TlsOptions(certificates, key);
    }
    if (certificates != null || key != null) {
      throw new IllegalArgumentException(
          "--tls-cert and --tls-key must come together: --tls-cert="
              + certificates
              + ", --tls-key="
              + key);
    }
    return null;
  }
}
