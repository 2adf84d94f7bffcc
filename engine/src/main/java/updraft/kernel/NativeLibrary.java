package updraft.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The shared library that the build compiled for this platform from {@code src/main/native} and put
 * beside the classes. Loaded once in a JVM, for good.
 */
final class NativeLibrary {
  /**
   * How it went.
   *
   * @param symbols null when there is no library
   * @param sets what this processor can run and the library has, best first
   * @param problem why there are none, or null
   */
  private record Loaded(
      @Nullable SymbolLookup symbols, List<InstructionSet> sets, @Nullable String problem) {}

  /** Names a set by its prefix in place of the best, for measurements of another. */
  private static final String ONLY = "updraft.instructions";

  private static final Loaded LOADED = load();

  private NativeLibrary() {}

  /** Why there are no native kernels here, in one sentence, or null. */
  static @Nullable String problem() {
    return LOADED.problem;
  }

  /** What this processor can run, best first. */
  static List<InstructionSet> sets() {
    return LOADED.sets;
  }

  /** A function of one of {@link #sets}. */
  static MemorySegment function(InstructionSet set, String name) {
    return function("updraft_" + set.prefix + "_" + name);
  }

  /** A function for any processor. */
  static MemorySegment function(String name) {
    SymbolLookup symbols = LOADED.symbols;
    if (symbols == null) {
      throw new IllegalStateException("no native kernels: " + LOADED.problem);
    }
    return symbols.findOrThrow(name);
  }

  private static Loaded load() {
    if (!NativeLibrary.class.getModule().isNativeAccessEnabled()) {
      return without("native access is not enabled: start the JVM with --enable-native-access");
    }
    String resource = "native/" + platform() + "/libupdraft.so";
    try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
      return in == null
          ? without("this build has none for " + platform() + ": it needs a C compiler")
          : open(in);
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      return without("the library cannot be loaded: " + e.getMessage());
    }
  }

  /** Symbols are found in files only, so the library becomes one for as long as that takes. */
  private static Loaded open(InputStream in) throws IOException {
    Path file = Files.createTempFile("updraft", ".so");
    try {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
      int features = symbols.findOrThrow("updraft_cpu").reinterpret(4).get(JAVA_INT, 0);
      List<InstructionSet> sets = new ArrayList<>();
      for (InstructionSet set : InstructionSet.values()) {
        if (set.prefix.equals(System.getProperty(ONLY, set.prefix))
            && (features & set.bit) != 0
            && symbols.find("updraft_" + set.prefix + "_multiply").isPresent()) {
          sets.add(set);
        }
      }
      return sets.isEmpty()
          ? without("this processor has none of the instruction sets that they are compiled for")
          : new Loaded(symbols, List.copyOf(sets), null);
    } finally {
      Files.delete(file); // what is mapped stays
    }
  }

  private static Loaded without(String problem) {
    return new Loaded(null, List.of(), problem);
  }

  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch");
    return (system.startsWith("mac") ? "macos" : system)
        + "-"
        + (processor.equals("amd64") ? "x86_64" : processor);
  }
}
