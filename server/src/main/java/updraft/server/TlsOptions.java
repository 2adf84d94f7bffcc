package updraft.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate and its key, as PEM files that other servers take too.
 *
 * @param certificates the server's first, then those that vouch for it
 * @param key in PKCS #8 ({@code BEGIN PRIVATE KEY}), RSA, EC or Ed25519, without a password
 */
public record TlsOptions(Path certificates, Path key) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  /** Protects nothing: the store never leaves this process. */
  static final String PASSWORD = "updraft";

  /**
   * @throws IOException if a file cannot be read or holds something else; the message is one line
   */
  KeyStore keyStore() throws IOException {
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certificates)))
              .toArray(Certificate[]::new);
      if (chain.length == 0) {
        throw new IOException("a certificate file must hold certificates: file=" + certificates);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("updraft", privateKey(), PASSWORD.toCharArray(), chain);
      return store;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "a certificate and its key must be PEM files: files="
              + certificates
              + ", "
              + key
              + " ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private PrivateKey privateKey() throws IOException, GeneralSecurityException {
    Matcher matcher = KEY.matcher(Files.readString(key, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new IOException(
          "a key must be in PKCS #8, BEGIN PRIVATE KEY: file="
              + key
              + "; openssl pkcs8 -topk8 -nodes makes it");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // another algorithm's
      }
    }
    throw new IOException("a key must be of RSA, EC or Ed25519: file=" + key);
  }
}
