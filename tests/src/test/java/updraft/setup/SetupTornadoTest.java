package updraft.setup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.manchester.tornado.api.KernelContext;
import updraft.lint.KernelLint;

/**
 * The script against a server on this machine. The archive holds the simulator where an SDK has
 * TornadoVM, so that the smoke kernel truly runs.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SetupTornadoTest {

  private static final String VERSION = "5.2.0-jdk25";
  private static final String ARCHIVE = "tornadovm-" + VERSION + "-opencl-linux-amd64.zip";
  private static final String API_JAR = "share/java/tornado/tornado-api-" + VERSION + ".jar";

  @TempDir private Path home;
  private byte[] archive;
  private ReleaseServer server;

  @BeforeEach
  void serveAnSdk() throws Exception {
    archive = sdk();
    String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
    server = new ReleaseServer(ARCHIVE, sum);
    server.serve(archive);
    Path driver = Files.createDirectory(home.resolve("driver"));
    Files.createFile(driver.resolve("libOpenCL.so.1"));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aGoodArchiveIsInstalledAndRunsAKernel() throws Exception {
    Run first = run();
    assertThat(first.output)
        .contains("device 0:0 simulator, Updraft simulator")
        .contains("a kernel ran and its result is right")
        .endsWith("export TORNADOVM_HOME=" + installed() + "\n");
    assertThat(first.status).isZero();
    assertThat(repository().resolve("tornado-api-" + VERSION + ".jar")).exists();
    assertThat(Files.readString(installed().resolve("tornado-argfile")))
        .contains(installed().resolve(API_JAR).toString());

    Run second = run();
    assertThat(second.status).isZero();
    assertThat(second.output).contains("SDK is there: " + installed());
    assertThat(server.requests()).hasSize(1);

    Run check = run("--check");
    assertThat(check.status).isZero();
    assertThat(check.output).contains("SDK: " + installed(), "driver: there");

    Run uninstall = run("--uninstall");
    assertThat(uninstall.status).isZero();
    assertThat(installed()).doesNotExist();
    assertThat(repository()).doesNotExist();
    assertThat(run("--check").output)
        .contains("SDK: missing, " + installed() + ": there is no such folder");
  }

  @Test
  void aDamagedArchiveIsRefusedAndRemoved() throws Exception {
    byte[] damaged = archive.clone();
    damaged[damaged.length / 2] ^= 1;
    server.serve(damaged);
    Run run = run();
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .contains("the archive must have the release's checksum: sha256=")
        .contains("it was removed, run again");
    server.serve(archive);
    assertThat(run().status).isZero();
  }

  @Test
  void aTruncatedArchiveIsRefused() throws Exception {
    server.serve(Arrays.copyOf(archive, archive.length / 2));
    Run run = run();
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run)).contains("must have the release's checksum");
    assertThat(installed()).doesNotExist();
  }

  @Test
  void aDownloadThatWasCutOffGoesOnWhereItStopped() throws Exception {
    int part = archive.length / 3;
    server.cutOffOnceAfter(part);
    Run first = run();
    assertThat(first.status).isEqualTo(1);
    assertThat(lastLine(first)).contains("the download was cut off after " + part + " bytes");
    Run second = run();
    assertThat(second.output).contains("a kernel ran");
    assertThat(second.status).isZero();
    assertThat(server.requests().getLast()).endsWith(" bytes=" + part + "-");
  }

  @Test
  void aMissingArchiveIsSaidToBeMissing() throws Exception {
    server.serve(null);
    Run run = run();
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .contains("the release must have the archive")
        .contains("404")
        .contains("url=" + server.url() + "/download/v" + VERSION + "/" + ARCHIVE);
  }

  @Test
  void withoutNetworkOneLineSaysSo() throws Exception {
    String url = server.url();
    server.close();
    Run run = run();
    assertThat(run.status).isEqualTo(1);
    assertThat(run.output)
        .isEqualTo(
            "setup-tornado: cannot reach "
                + url
                + "/tags: check the network, or set TORNADOVM_HOME to an SDK that you have\n");
  }

  @Test
  void withoutNvrtcOrDriverOneLineSaysSo() throws Exception {
    Run run = run(Map.of("TORNADOVM_HOME", unpacked().toString()), "--backend", "cuda");
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .matches(
            "setup-tornado: (an NVIDIA driver must be installed: libcuda.so.1|NVRTC must be"
                + " installed).*");
  }

  @Test
  void anSdkOfOnesOwnIsUsedAsItIs() throws Exception {
    Path sdk = unpacked();
    Run run = run(Map.of("TORNADOVM_HOME", sdk.toString()));
    assertThat(run.output).endsWith("export TORNADOVM_HOME=" + sdk + "\n");
    assertThat(run.status).isZero();
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aWrongSdkOfOnesOwnIsRefused() throws Exception {
    Run run = run(Map.of("TORNADOVM_HOME", home.toString()));
    assertThat(run.status).isEqualTo(1);
    assertThat(run.output)
        .isEqualTo(
            "setup-tornado: TORNADOVM_HOME must be an SDK "
                + VERSION
                + " for opencl: it holds no "
                + API_JAR
                + ", so it is no SDK "
                + VERSION
                + ", TORNADOVM_HOME="
                + home
                + "; unset it to download one\n");
  }

  @Test
  void withoutADeviceOneLineSaysSo() throws Exception {
    Path sdk = unpackedWith("-Dupdraft.sim.devices=0");
    Run run = run(Map.of("TORNADOVM_HOME", sdk.toString()));
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .isEqualTo("setup-tornado: there must be a device: the opencl driver shows none");
  }

  @Test
  void aDeviceThatFailsIsToldInItsOwnWords() throws Exception {
    Path sdk = unpackedWith("-Dupdraft.sim.launches=0");
    Run run = run(Map.of("TORNADOVM_HOME", sdk.toString()));
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .startsWith("setup-tornado: a kernel must run: exit status 1, ")
        .contains("the simulated device is lost");
  }

  private Path unpackedWith(String option) throws Exception {
    Path sdk = unpacked();
    Path argfile = sdk.resolve("tornado-argfile");
    Files.writeString(argfile, Files.readString(argfile) + option + "\n");
    return sdk;
  }

  @Test
  void anArchiveThatIsNoSdkIsRefusedAndRemoved() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "something/else.txt", new byte[] {1, 2, 3});
    }
    server.serve(bytes.toByteArray());
    String sum =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    Run run = run(Map.of("UPDRAFT_TORNADO_SHA256", sum));
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .startsWith("setup-tornado: the archive must hold an SDK: it holds no " + API_JAR);
    server.serve(archive);
    assertThat(run().status).isZero();
  }

  @Test
  void aReleaseWithoutAChecksumIsRefused() throws Exception {
    server.close();
    server = new ReleaseServer("another.zip", "0".repeat(64));
    server.serve(archive);
    Run run = run();
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .isEqualTo(
            "setup-tornado: the release must give a checksum of the archive: archive="
                + ARCHIVE
                + ", set UPDRAFT_TORNADO_SHA256 if you have it from elsewhere");
  }

  @Test
  void anotherJdkIsRefused() throws Exception {
    Path jdk = home.resolve("jdk");
    Path javac = Files.createDirectories(jdk.resolve("bin")).resolve("javac");
    Files.createFile(javac);
    assertThat(javac.toFile().setExecutable(true)).isTrue();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"26.0.1\"\n");
    Run run = run(Map.of("UPDRAFT_JAVA_HOME", jdk.toString()));
    assertThat(run.status).isEqualTo(1);
    assertThat(lastLine(run))
        .contains("must run on JDK 25: found 26 in " + jdk, "set JAVA_HOME to a JDK 25");
  }

  @Test
  void wrongArgumentsAreRefusedByName() throws Exception {
    assertThat(run("--backend", "metal").output)
        .isEqualTo("setup-tornado: backend must be ptx, opencl or cuda: backend=metal\n");
    assertThat(run("--frobnicate").output)
        .isEqualTo("setup-tornado: unknown option: --frobnicate; see --help\n");
    assertThat(run("--help").status).isZero();
  }

  private record Run(int status, String output) {}

  private Run run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Checkout.file("setup-tornado.sh").toString());
    if (!List.of(arguments).contains("--backend")) {
      command.addAll(List.of("--backend", "opencl"));
    }
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("TORNADOVM_HOME");
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", home.toString(),
                "XDG_DATA_HOME", home.resolve("data").toString(),
                "UPDRAFT_JAVA_HOME", System.getProperty("java.home"),
                "UPDRAFT_TORNADO_URL", server.url() + "/download",
                "UPDRAFT_TORNADO_API", server.url() + "/tags",
                "no_proxy", "127.0.0.1",
                "LD_LIBRARY_PATH", home.resolve("driver").toString()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }

  private static String lastLine(Run run) {
    return run.output.lines().reduce("", (before, line) -> line);
  }

  private Path installed() {
    return home.resolve("data/updraft/tornadovm/" + VERSION + "-opencl");
  }

  private Path repository() {
    return home.resolve(".m2/repository/io/github/beehive-lab/tornado-api/" + VERSION);
  }

  private Path unpacked() throws Exception {
    Path sdk = Files.createDirectories(home.resolve("own"));
    Files.createDirectories(sdk.resolve(API_JAR).getParent());
    Files.write(sdk.resolve(API_JAR), apiJar());
    Files.writeString(
        sdk.resolve("tornado-argfile"), argfile().replace("${TORNADOVM_HOME}", sdk.toString()));
    return sdk;
  }

  private static byte[] sdk() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      String top = "tornadovm-" + VERSION + "-opencl/";
      put(zip, top + API_JAR, apiJar());
      put(zip, top + "tornado-argfile.template", argfile().getBytes(UTF_8));
      put(zip, top + "etc/tornado.backend", "tornado.backends=opencl-backend\n".getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String argfile() {
    return "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED\n"
        + "-Xbootclasspath/a:${TORNADOVM_HOME}/"
        + API_JAR
        + "\n";
  }

  private static byte[] apiJar() throws IOException, URISyntaxException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
      Set<Path> sources = new LinkedHashSet<>();
      for (Class<?> type : List.of(KernelContext.class, KernelLint.class)) {
        sources.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()));
      }
      for (Path source : sources) {
        addClasses(jar, source);
      }
    }
    return bytes.toByteArray();
  }

  /** From a folder of classes or a jar, whichever the build has on the class path. */
  private static void addClasses(ZipOutputStream jar, Path source) throws IOException {
    if (Files.isDirectory(source)) {
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
          put(jar, source.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      return;
    }
    try (ZipFile zip = new ZipFile(source.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (entry.getName().endsWith(".class")) {
          put(jar, entry.getName(), zip.getInputStream(entry).readAllBytes());
        }
      }
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }
}
