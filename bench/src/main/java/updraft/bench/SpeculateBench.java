package updraft.bench;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.SamplingOptions;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/**
 * What speculation gains, by kind of text: every prompt with every method, one right after the
 * other, so that what the machine does meanwhile disturbs all alike.
 *
 * <p>An engine remembers text that it generated and drafts from it, so no method may see an answer
 * before its own turn: each has an engine of its own, which answers each prompt once and is opened
 * anew for the next temperature and repetition. First passes over one prompt a category, for five
 * seconds at least, warm the JVM up, on engines that are then thrown away.
 *
 * <p>A model that chats is asked; one that does not goes on with the prompt's text as it stands.
 */
public final class SpeculateBench {
  private static final long SEED = 42;

  /** A small model's first answers take longer to compile than to compute. */
  private static final long WARM_UP_NANOS = 5_000_000_000L;

  private final Supplier<EngineOptions.Builder> options;
  private final @Nullable Path draftModel;
  private final List<BenchMethod> methods;
  private final boolean all;
  private final List<BenchPrompt> prompts;
  private final int maxTokens;

  /**
   * @param options set up anew for each engine
   * @param draftModel of the method {@code draft}, null when {@code options} name it
   * @param methods to be compared, {@code off} first or not there at all; null for all of {@link
   *     BenchMethod#STANDARD} that the model has drafters for
   * @param maxTokens most tokens of an answer, at least 2: the first belongs to prefill
   */
  public SpeculateBench(
      Supplier<EngineOptions.Builder> options,
      @Nullable Path draftModel,
      @Nullable List<BenchMethod> methods,
      List<BenchPrompt> prompts,
      int maxTokens) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("prompts must not be empty: prompts=[]");
    }
    if (maxTokens < 2) {
      throw new IllegalArgumentException("max_tokens must be at least 2: max_tokens=" + maxTokens);
    }
    this.options = options;
    this.draftModel = draftModel;
    this.all = methods != null;
    this.methods = methods == null ? BenchMethod.STANDARD : withOff(methods);
    this.prompts = List.copyOf(prompts);
    this.maxTokens = maxTokens;
  }

  private static List<BenchMethod> withOff(List<BenchMethod> methods) {
    List<BenchMethod> some = new ArrayList<>(methods);
    some.removeIf(method -> !method.drafts());
    some.addFirst(BenchMethod.STANDARD.getFirst());
    return List.copyOf(some);
  }

  /**
   * Runs all of it; hours for large models.
   *
   * @param temperatures 0 is greedy; the seed is fixed
   * @throws BenchException if two methods answer differently, or a request fails
   */
  public SpeculationTable run(List<Float> temperatures, int repetitions) throws BenchException {
    if (repetitions < 1) {
      throw new IllegalArgumentException(
          "repetitions must be at least 1: repetitions=" + repetitions);
    }
    long begin = System.nanoTime();
    do {
      pass(onePromptACategory(), temperatures.getFirst(), 0);
    } while (System.nanoTime() - begin < WARM_UP_NANOS);
    List<MethodRun> runs = new ArrayList<>();
    for (float temperature : temperatures) {
      for (int repetition = 0; repetition < repetitions; repetition++) {
        runs.addAll(pass(prompts, temperature, repetition));
      }
    }
    return SpeculationTable.of(modelName(), runs);
  }

  private String modelName() {
    String file = String.valueOf(options.get().build().model().getFileName());
    return file.endsWith(".gguf") ? file.substring(0, file.length() - 5) : file;
  }

  private List<BenchPrompt> onePromptACategory() {
    Map<String, BenchPrompt> first = new LinkedHashMap<>();
    prompts.forEach(prompt -> first.putIfAbsent(prompt.category(), prompt));
    return List.copyOf(first.values());
  }

  /** Every prompt once with every method; who comes first changes from prompt to prompt. */
  private List<MethodRun> pass(List<BenchPrompt> passed, float temperature, int repetition)
      throws BenchException {
    SamplingOptions sampling =
        SamplingOptions.builder().temperature(temperature).seed(SEED).build();
    List<MethodRun> runs = new ArrayList<>();
    try (Engines engines = new Engines()) {
      List<BenchMethod> present = engines.methods();
      for (int i = 0; i < passed.size(); i++) {
        BenchPrompt prompt = passed.get(i);
        int[] tokens = engines.encode(prompt);
        Map<String, GenerateResult> results = new LinkedHashMap<>();
        for (int turn = 0; turn < present.size(); turn++) {
          BenchMethod method = present.get((turn + i + repetition) % present.size());
          GenerateRequest request =
              GenerateRequest.builder(tokens)
                  .maxTokens(maxTokens)
                  .sampling(sampling)
                  .speculation(method.speculation())
                  .build();
          results.put(method.name(), engines.get(method).generate(request));
        }
        requireEqualAnswers(prompt, results);
        for (BenchMethod method : present) {
          GenerateResult result = requireNonNull(results.get(method.name()));
          runs.add(MethodRun.of(prompt, temperature, method.name(), result));
        }
      }
    }
    return runs;
  }

  static void requireEqualAnswers(BenchPrompt prompt, Map<String, GenerateResult> results)
      throws BenchException {
    Choice expected = null;
    for (Map.Entry<String, GenerateResult> entry : results.entrySet()) {
      Choice choice = entry.getValue().choices().getFirst();
      if (choice.reason() == FinishReason.ERROR || choice.reason() == FinishReason.ABORT) {
        throw new BenchException(
            "every answer must end well: method="
                + entry.getKey()
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
                + entry.getKey()
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
  private final class Engines implements AutoCloseable {
    private final Map<BenchMethod, Engine> engines = new LinkedHashMap<>();

    Engines() {
      try {
        for (BenchMethod method : methods) {
          Engine engine = Engine.open(method.engine(options, draftModel));
          if (all || engine.canDraft(method.speculation().method())) {
            engines.put(method, engine);
          } else {
            engine.close();
          }
        }
      } catch (Throwable e) {
        close();
        throw e;
      }
    }

    List<BenchMethod> methods() {
      return List.copyOf(engines.keySet());
    }

    Engine get(BenchMethod method) {
      return requireNonNull(engines.get(method));
    }

    int[] encode(BenchPrompt prompt) {
      Engine any = engines.values().iterator().next();
      return any.chats()
          ? new ChatPrompt(any.chatTemplate(), any.tokenizer())
              .encode(List.of(ChatMessage.user(prompt.message())))
          : any.encode(prompt.beginning(), false);
    }

    @Override
    public void close() {
      engines.values().forEach(Engine::close);
    }
  }
}
