package updraft.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A memory-mapped GGUF file, version 2 or 3, little-endian.
 *
 * <pre>{@code
 * try (GgufFile file = GgufFile.open(path)) {
 *   String architecture = file.string("general.architecture");
 *   GgufTensor embedding = file.tensor("token_embd.weight");
 * }
 * }</pre>
 *
 * <p>The whole index is checked on opening; a damaged or hostile file is one {@link GgufException}.
 * So is a key that is missing, of another type, or out of range. Thread-safe until closed; tensors'
 * data must not be touched after that.
 */
public final class GgufFile implements AutoCloseable {
  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;
  private final int version;
  private final int alignment;
  private final Map<String, GgufEntry> entries;
  private final Map<String, GgufTensor> tensors;

  private GgufFile(Path path, Arena arena, MemorySegment bytes) {
    GgufParser parser = new GgufParser(path.toString(), bytes);
    parser.parse();
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
    version = parser.version();
    alignment = parser.alignment();
    entries = Collections.unmodifiableMap(parser.entries());
    tensors = Collections.unmodifiableMap(parser.tensors());
  }

  /** Maps a file and checks its index. */
  @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the file
  public static GgufFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      String found = Files.exists(path) ? "not a regular file" : "no such file";
      throw new GgufException("model must be a file", path.toString(), "found=" + found);
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path)) {
      long size = channel.size();
      return new GgufFile(path, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
    } catch (IOException e) {
      arena.close();
      throw new GgufException("model must be readable", path.toString(), "reason=" + e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  public Path path() {
    return path;
  }

  public long fileBytes() {
    return bytes.byteSize();
  }

  public int version() {
    return version;
  }

  public int alignment() {
    return alignment;
  }

  /** All tensors in the file's order. */
  public Collection<GgufTensor> tensors() {
    return tensors.values();
  }

  public GgufTensor tensor(String name) {
    return findTensor(name).orElseThrow(() -> error("tensor must be present", "tensor=" + name));
  }

  public Optional<GgufTensor> findTensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** All metadata keys in the file's order. */
  public Set<String> keys() {
    return entries.keySet();
  }

  public boolean contains(String key) {
    return entries.containsKey(key);
  }

  /** A value for people: scalars and strings as they are, arrays as {@code STRING[49152]}. */
  public String display(String key) {
    return require(key).display(bytes);
  }

  public String string(String key) {
    return scalar(key, require(key), GgufValueType.STRING).string(bytes);
  }

  public String string(String key, String fallback) {
    return contains(key) ? string(key) : fallback;
  }

  public boolean bool(String key) {
    return scalar(key, require(key), GgufValueType.BOOL).bool(bytes);
  }

  public boolean bool(String key, boolean fallback) {
    return contains(key) ? bool(key) : fallback;
  }

  /** An integer of any stored width that is an int. */
  public int integer(String key) {
    return (int) integer(key, integerEntry(key, false), 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  public int integer(String key, int fallback) {
    return contains(key) ? integer(key) : fallback;
  }

  /** An integer of any stored width that is a long. */
  public long longInteger(String key) {
    return integer(key, integerEntry(key, false), 0, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** A float, finite or not. */
  public float real(String key) {
    return (float) realEntry(key, false).real(bytes, 0);
  }

  public float real(String key, float fallback) {
    return contains(key) ? real(key) : fallback;
  }

  public String[] strings(String key) {
    GgufEntry entry = require(key);
    if (!entry.array() || entry.type() != GgufValueType.STRING) {
      throw wrongType(key, entry, "an array of strings");
    }
    return entry.strings(bytes);
  }

  /** Elements of an array of any type, without decoding it. */
  public int arrayLength(String key) {
    GgufEntry entry = require(key);
    if (!entry.array()) {
      throw wrongType(key, entry, "an array");
    }
    return entry.count();
  }

  /** Integers of any stored width that are ints. */
  public int[] integers(String key) {
    GgufEntry entry = integerEntry(key, true);
    int[] values = new int[entry.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) integer(key, entry, i, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return values;
  }

  public float[] reals(String key) {
    GgufEntry entry = realEntry(key, true);
    float[] values = new float[entry.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) entry.real(bytes, i);
    }
    return values;
  }

  GgufEntry require(String key) {
    @Nullable GgufEntry entry = entries.get(key);
    if (entry == null) {
      throw error("key must be present", "key=" + key);
    }
    return entry;
  }

  private GgufEntry scalar(String key, GgufEntry entry, GgufValueType type) {
    if (entry.array() || entry.type() != type) {
      throw wrongType(key, entry, "a " + type);
    }
    return entry;
  }

  private GgufEntry integerEntry(String key, boolean array) {
    GgufEntry entry = require(key);
    if (entry.array() != array || !entry.type().isInteger()) {
      throw wrongType(key, entry, array ? "an array of integers" : "an integer");
    }
    return entry;
  }

  private GgufEntry realEntry(String key, boolean array) {
    GgufEntry entry = require(key);
    if (entry.array() != array || !entry.type().isFloat()) {
      throw wrongType(key, entry, array ? "an array of floats" : "a float");
    }
    return entry;
  }

  private long integer(String key, GgufEntry entry, int index, long low, long high) {
    long value = entry.integer(bytes, index);
    boolean beyondLong = entry.type() == GgufValueType.UINT64 && value < 0;
    if (beyondLong || value < low || value > high) {
      throw error(
          "key must be in [" + low + ", " + high + "]",
          String.format(
              "key=%s, offset=%d, value=%s",
              key,
              entry.offsetOf(index),
              beyondLong ? Long.toUnsignedString(value) : Long.toString(value)));
    }
    return value;
  }

  private GgufException wrongType(String key, GgufEntry entry, String wanted) {
    return error(
        "key must be " + wanted,
        "key=" + key + ", offset=" + entry.offset() + ", type=" + GgufParser.typeName(entry));
  }

  /** An error about this file; details are {@code name=value} pairs. */
  GgufException error(String constraint, String details) {
    return new GgufException(constraint, path.toString(), details);
  }

  /** Unmaps the file. Idempotent. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
