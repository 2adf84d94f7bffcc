package updraft.bench;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/**
 * What speculation gains, by kind of text: every prompt with every method, one right after the
 * other, so that what the machine does meanwhile disturbs all alike.
 *
 * <p>An engine remembers text that it generated and drafts from it, so no method may see an answer
 * before its own turn: each has an engine of its own, which answers each prompt once and is opened
 * anew for the next repetition. A first pass over one prompt a category warms the JVM up, on
 * engines that are then thrown away.
 */
public final class SpeculateBench {
  /** The first is what the others are compared with. */
  static final List<SpeculationMethod> METHODS =
      List.of(SpeculationMethod.OFF, SpeculationMethod.NGRAM, SpeculationMethod.AUTO);

  private static final long SEED = 42;

  private final EngineOptions options;
  private final List<BenchPrompt> prompts;
  private final int maxTokens;
  private final SamplingOptions sampling;

  /**
   * @param maxTokens most tokens of an answer, at least 2: the first belongs to prefill
   * @param temperature 0 is greedy; the seed is fixed
   */
  public SpeculateBench(
      EngineOptions options, List<BenchPrompt> prompts, int maxTokens, float temperature) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts must not be empty: prompts=[]");
    }
    if (maxTokens < 2) {
      throw new IllegalArgumentException("max_tokens must be at least 2: max_tokens=" + maxTokens);
    }
    this.options = options;
    this.prompts = List.copyOf(prompts);
    this.maxTokens = maxTokens;
    this.sampling = SamplingOptions.builder().temperature(temperature).seed(SEED).build();
  }

  /**
   * Runs all of it; hours for large models.
   *
   * @throws BenchException if two methods answer differently, or a request fails
   */
  public SpeculationTable run(int repetitions) throws BenchException {
    if (repetitions < 1) {
      throw new IllegalArgumentException(
          "repetitions must be at least 1: repetitions=" + repetitions);
    }
    pass(onePromptACategory(), 0);
    List<MethodRun> runs = new ArrayList<>();
    for (int repetition = 0; repetition < repetitions; repetition++) {
      runs.addAll(pass(prompts, repetition));
    }
    return SpeculationTable.of(runs);
  }

  private List<BenchPrompt> onePromptACategory() {
    Map<String, BenchPrompt> first = new LinkedHashMap<>();
    prompts.forEach(prompt -> first.putIfAbsent(prompt.category(), prompt));
    return List.copyOf(first.values());
  }

  /** Every prompt once with every method; who comes first changes from prompt to prompt. */
  private List<MethodRun> pass(List<BenchPrompt> passed, int repetition) throws BenchException {
    List<MethodRun> runs = new ArrayList<>();
    try (Engines engines = new Engines(options)) {
      ChatPrompt chat = engines.chatPrompt();
      for (int i = 0; i < passed.size(); i++) {
        BenchPrompt prompt = passed.get(i);
        int[] tokens = chat.encode(List.of(ChatMessage.user(prompt.prompt())));
        Map<SpeculationMethod, GenerateResult> results = new LinkedHashMap<>();
        for (int turn = 0; turn < METHODS.size(); turn++) {
          SpeculationMethod method = METHODS.get((turn + i + repetition) % METHODS.size());
          results.put(method, engines.get(method).generate(request(tokens, method)));
        }
        requireEqualAnswers(prompt, results);
        results.forEach((method, result) -> runs.add(MethodRun.of(prompt, method, result)));
      }
    }
    return runs;
  }

  private GenerateRequest request(int[] tokens, SpeculationMethod method) {
    return GenerateRequest.builder(tokens)
        .maxTokens(maxTokens)
        .sampling(sampling)
        .speculation(SpeculationOptions.of(method))
        .build();
  }

  static void requireEqualAnswers(
      BenchPrompt prompt, Map<SpeculationMethod, GenerateResult> results) throws BenchException {
    Choice expected = null;
    for (Map.Entry<SpeculationMethod, GenerateResult> entry : results.entrySet()) {
      Choice choice = entry.getValue().choices().getFirst();
      if (choice.reason() == FinishReason.ERROR || choice.reason() == FinishReason.ABORT) {
        throw new BenchException(
            "every answer must end well: method="
                + entry.getKey().wireName()
                + ", prompt="
                + prompt.prompt()
                + ", "
                + choice.error());
      }
      if (expected == null) {
        expected = choice;
      }
      if (!choice.tokens().equals(expected.tokens()) || !choice.text().equals(expected.text())) {
        throw new BenchException(
            "answers must be the same with every method: method="
                + entry.getKey().wireName()
                + ", first different token="
                + firstDifference(choice.tokens(), expected.tokens())
                + ", prompt="
                + prompt.prompt());
      }
    }
  }

  private static int firstDifference(List<Integer> some, List<Integer> others) {
    int i = 0;
    while (i < Math.min(some.size(), others.size()) && some.get(i).equals(others.get(i))) {
      i++;
    }
    return i;
  }

  /** One a method, all open at once. */
  private static final class Engines implements AutoCloseable {
    private final Map<SpeculationMethod, Engine> engines = new LinkedHashMap<>();

    Engines(EngineOptions options) {
      try {
        for (SpeculationMethod method : METHODS) {
          engines.put(method, Engine.open(options));
        }
      } catch (Throwable e) {
        close();
        throw e;
      }
    }

    Engine get(SpeculationMethod method) {
      return requireNonNull(engines.get(method));
    }

    ChatPrompt chatPrompt() {
      Engine any = engines.values().iterator().next();
      return new ChatPrompt(any.chatTemplate(), any.tokenizer());
    }

    @Override
    public void close() {
      engines.values().forEach(Engine::close);
    }
  }
}
