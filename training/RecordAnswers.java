import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/**
 * Lets Updraft's engine answer prompts and keeps what a head learns from: token ids, the hidden states that the head will
 * see (8-bit activations and all), and of each distribution the logarithm of its sum. Writes the files that answers.py
 * writes, 256 answers each; files that are there are not made again.
 *
 * <p>Arguments: model, file of prompts (a line each, token ids), folder, three layers (their inputs are kept), longest
 * sequence, threads, and, if not 1, the temperature at which every other prompt is answered; the rest are answered
 * greedily.
 */
final class RecordAnswers {
  private static final int FILE = 256;
  private static final int SEQUENCES = 48;

  /** Of the longest sequence, for the answer. */
  private static final int ROOM = 64;

  /** Tokens of logits so far below the largest are not sampled: together less than one in a thousand. */
  private static final float SPREAD = -13;

  /** A sequence that is being answered. */
  private static final class Row {
    final PageTable table = new PageTable();
    final int[] tokens;
    final float[] sums;
    final short[] features;
    Answer answer;
    int prompt;
    int length;
    int computed;
    int firstRow;

    Row(int longest, int joined) {
      tokens = new int[longest + 1];
      sums = new float[longest];
      features = new short[longest * joined];
    }
  }

  /** An ended one. */
  private static final class Answer {
    int[] tokens;
    float[] sums;
    short[] features;
    int prompt;
  }

  private static final int MAX_ROWS = 320;

  private final Backend backend;
  private final RowBatch batch = new RowBatch(MAX_ROWS);
  private final int hidden;
  private final int vocabulary;
  private final int end;
  private final int longest;
  private final int[] layers;
  private final float temperature;
  private final SplittableRandom random = new SplittableRandom(1);

  private RecordAnswers(
      GgufFile file, int[] layers, int longest, int threads, float temperature) {
    this.temperature = temperature;
    ModelConfig config = ModelConfig.of(file);
    int pages = SEQUENCES * PageTable.pagesFor(longest);
    BackendOptions options =
        new BackendOptions(
            threads, pages, MAX_ROWS, MAX_ROWS, BackendOptions.KeyValueType.F16, BackendOptions.Lanes.AUTO);
    backend = Backends.open("cpu", config, ModelWeights.of(file, config), options);
    backend.warmUp();
    this.layers = layers;
    this.longest = longest;
    hidden = config.hiddenSize();
    vocabulary = config.vocabularySize();
    end = file.integer("tokenizer.ggml.eos_token_id");
    backend.captureHiddenStates(Arrays.stream(layers).map(layer -> layer - 1).toArray());
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[2]));
    int[] layers = Arrays.stream(args[3].split(",")).mapToInt(Integer::parseInt).toArray();
    List<int[]> prompts =
        Files.readAllLines(Path.of(args[1])).stream()
            .map(line -> Arrays.stream(line.strip().split(" ")).mapToInt(Integer::parseInt).toArray())
            .toList();
    try (GgufFile file = GgufFile.open(Path.of(args[0]))) {
      RecordAnswers recorder =
          new RecordAnswers(
              file,
              layers,
              Integer.parseInt(args[4]),
              Integer.parseInt(args[5]),
              args.length > 6 ? Float.parseFloat(args[6]) : 1);
      for (int first = 0; first < prompts.size(); first += FILE) {
        Path path = folder.resolve(String.format("%04d.npz", first / FILE));
        if (!Files.exists(path)) {
          recorder.record(prompts.subList(first, Math.min(first + FILE, prompts.size())), path);
        }
      }
    }
  }

  /** Answers prompts as room becomes free, longest first so that the last ones end together. */
  private void record(List<int[]> prompts, Path path) throws IOException {
    long start = System.nanoTime();
    Answer[] answers = new Answer[prompts.size()];
    Row[] rows = new Row[SEQUENCES];
    int page = 0;
    for (int i = 0; i < SEQUENCES; i++) {
      rows[i] = new Row(longest, layers.length * hidden);
      while (rows[i].table.capacity() < longest) {
        rows[i].table.add(page++);
      }
    }
    int next = 0;
    for (int busy = 1; busy > 0; ) {
      busy = 0;
      batch.clear();
      for (Row row : rows) {
        if (row.answer == null && next < prompts.size()) {
          row.answer = answers[next] = new Answer();
          int[] prompt = prompts.get(next++);
          row.prompt = Math.min(prompt.length, longest - ROOM);
          System.arraycopy(prompt, 0, row.tokens, 0, row.prompt);
          row.length = row.prompt;
          row.computed = 0;
        }
        if (row.answer != null) {
          busy++;
          addRows(row);
        }
      }
      if (busy > 0) {
        RowOutputs outputs = backend.forward(batch);
        for (Row row : rows) {
          if (row.answer != null && row.firstRow >= 0) {
            take(row, outputs, answers);
          }
        }
      }
    }
    write(answers, path);
    int tokens = Arrays.stream(answers).mapToInt(a -> a.tokens.length - a.prompt).sum();
    System.out.printf("%s: %d answer tokens in %.0f s%n", path, tokens, (System.nanoTime() - start) * 1e-9);
  }

  /** A prompt that does not fit any more waits for the next step. */
  private void addRows(Row row) {
    row.firstRow = -1;
    int others = SEQUENCES;
    if (row.length - row.computed > 1 && batch.rows() + row.length - row.computed > MAX_ROWS - others) {
      return;
    }
    row.firstRow = batch.rows();
    int parent = RowBatch.COMMITTED;
    for (int p = row.computed; p < row.length; p++) {
      boolean last = p == row.length - 1;
      parent = batch.add(row.tokens[p], p, row.table, row.table.slot(p), parent, last);
    }
  }

  private void take(Row row, RowOutputs outputs, Answer[] answers) {
    int joined = layers.length * hidden;
    int count = row.length - row.computed;
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < layers.length; k++) {
        float[] from = outputs.hidden(layers[k] - 1);
        int at = (row.computed + i) * joined + k * hidden;
        int source = (row.firstRow + i) * hidden;
        for (int c = 0; c < hidden; c++) {
          row.features[at + c] = Float.floatToFloat16(from[source + c]);
        }
      }
    }
    row.computed = row.length;
    int last = row.firstRow + count - 1;
    boolean greedy = temperature == 0 || Arrays.asList(answers).indexOf(row.answer) % 2 == 0;
    int token = choose(outputs.logits(), outputs.logitsOffset(last), greedy, row);
    if (row.computed == longest || row.tokens[row.length - 1] == end && row.length > row.prompt) {
      row.answer.tokens = Arrays.copyOf(row.tokens, row.length);
      row.answer.sums = Arrays.copyOf(row.sums, row.length);
      row.answer.features = Arrays.copyOf(row.features, row.length * joined);
      row.answer.prompt = row.prompt;
      row.answer = null;
    } else {
      row.tokens[row.length++] = token;
    }
  }

  private int choose(float[] logits, int offset, boolean greedy, Row row) {
    int best = 0;
    for (int t = 1; t < vocabulary; t++) {
      best = logits[offset + t] > logits[offset + best] ? t : best;
    }
    float max = logits[offset + best];
    double sum = 0;
    double sampledSum = 0;
    for (int t = 0; t < vocabulary; t++) {
      float below = logits[offset + t] - max;
      if (below > -18) {
        sum += Math.exp(below);
        sampledSum += greedy || below < SPREAD ? 0 : Math.exp(below / temperature);
      }
    }
    row.sums[row.length - 1] = max + (float) Math.log(sum);
    if (greedy) {
      return best;
    }
    double left = random.nextDouble() * sampledSum;
    for (int t = 0; t < vocabulary; t++) {
      float below = logits[offset + t] - max;
      if (below >= SPREAD && (left -= Math.exp(below / temperature)) < 0) {
        return t;
      }
    }
    return best;
  }

  private void write(Answer[] answers, Path path) throws IOException {
    int total = Arrays.stream(answers).mapToInt(a -> a.tokens.length).sum();
    ByteBuffer tokens = ByteBuffer.allocate(total * 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer sums = ByteBuffer.allocate(total * 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer features =
        ByteBuffer.allocate(total * 2 * layers.length * hidden).order(ByteOrder.LITTLE_ENDIAN);
    for (Answer a : answers) {
      tokens.asIntBuffer().put(a.tokens);
      tokens.position(tokens.position() + a.tokens.length * 4);
      sums.asFloatBuffer().put(a.sums);
      sums.position(sums.position() + a.sums.length * 4);
      features.asShortBuffer().put(a.features);
      features.position(features.position() + a.features.length * 2);
    }
    Path part = path.resolveSibling(path.getFileName() + ".part");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(part))) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      entry(zip, "tokens", "<i4", "(" + total + ",)", tokens.array());
      entry(zip, "sums", "<f4", "(" + total + ",)", sums.array());
      entry(zip, "features", "<f2", "(" + total + ", " + layers.length * hidden + ")", features.array());
      entry(zip, "layers", "<i4", "(" + layers.length + ",)", ints(layers));
      String shape = "(" + answers.length + ",)";
      entry(zip, "lengths", "<i4", shape, ints(Arrays.stream(answers).mapToInt(a -> a.tokens.length).toArray()));
      entry(zip, "prompts", "<i4", shape, ints(Arrays.stream(answers).mapToInt(a -> a.prompt).toArray()));
    }
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private static byte[] ints(int[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(values);
    return buffer.array();
  }

  /** NumPy's format, version 1.0. */
  private static void entry(ZipOutputStream zip, String name, String type, String shape, byte[] data)
      throws IOException {
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
    header = header + " ".repeat(padded - header.length() - 1) + "\n";
    zip.putNextEntry(new ZipEntry(name + ".npy"));
    OutputStream out = new DataOutputStream(zip);
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded, (byte) (padded >> 8)});
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    out.write(data);
    zip.closeEntry();
  }
}
