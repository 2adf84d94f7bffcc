package updraft.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/**
 * Greedy answers to some prompts of a category: ours with {@code auto}, on an engine that has seen
 * none of them, against llama.cpp without speculation and with prompt-lookup drafts of a few
 * lengths, of which the best over a category's prompts counts.
 */
final class CompareAnswers {
  private static final List<String> CATEGORIES = List.of("code-edit", "code-completion");
  private static final int PROMPTS = 4;
  private static final int TOKENS = 96;

  /** Draft lengths of the peer; 0 is plain decoding. */
  private static final int[] DRAFTS = {0, 3, 7, 10};

  private CompareAnswers() {}

  static List<CompareBench.Line> run(EngineOptions options, String python, int threads, int rounds)
      throws BenchException, InterruptedException {
    Pairs pairs = new Pairs();
    try (LlamaPeer peer = LlamaPeer.start(python, options.model(), threads)) {
      for (int round = 0; round < rounds; round++) {
        try (Engine engine = Engine.open(options)) {
          generate(engine, encode(engine, prompts("chat").getLast()), SpeculationMethod.AUTO);
          for (String category : CATEGORIES) {
            round(engine, peer, category, pairs);
          }
        }
      }
    }
    return pairs.lines();
  }

  private static void round(Engine engine, LlamaPeer peer, String category, Pairs pairs)
      throws BenchException, InterruptedException {
    double ours = 0;
    Map<Integer, Double> theirs = new TreeMap<>();
    List<BenchPrompt> prompts = prompts(category);
    for (BenchPrompt prompt : prompts) {
      int[] tokens = encode(engine, prompt);
      ours += generate(engine, tokens, SpeculationMethod.AUTO);
      for (int draft : DRAFTS) {
        theirs.merge(draft, peer.measure("lookup", arguments(draft, tokens)), Double::sum);
      }
    }
    int n = prompts.size();
    pairs.add(category + " answers, a token", "ms", ours / n, least(theirs) / n);
    pairs.add(
        category + " answers, llama.cpp plain", "ms", ours / n, theirs.getOrDefault(0, 0.0) / n);
  }

  private static double least(Map<Integer, Double> byDraft) {
    return byDraft.values().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  private static List<BenchPrompt> prompts(String category) {
    return BenchPrompt.standard().stream()
        .filter(prompt -> prompt.category().equals(category))
        .limit(PROMPTS)
        .toList();
  }

  private static int[] encode(Engine engine, BenchPrompt prompt) {
    return engine.chats()
        ? new ChatPrompt(engine.chatTemplate(), engine.tokenizer())
            .encode(List.of(ChatMessage.user(prompt.message())))
        : engine.encode(prompt.beginning(), false);
  }

  private static int[] arguments(int draft, int[] prompt) {
    int[] arguments = new int[prompt.length + 2];
    arguments[0] = draft;
    arguments[1] = TOKENS;
    System.arraycopy(prompt, 0, arguments, 2, prompt.length);
    return arguments;
  }

  /** Milliseconds a token after the first; answers do not end before their time. */
  private static double generate(Engine engine, int[] tokens, SpeculationMethod method) {
    GenerateResult result =
        engine.generate(
            GenerateRequest.builder(tokens)
                .maxTokens(TOKENS)
                .ignoreEos(true)
                .sampling(SamplingOptions.builder().temperature(0).build())
                .speculation(SpeculationOptions.of(method))
                .build());
    return result.timings().decodeNanos() * 1e-6 / (result.completionTokens() - 1);
  }
}
