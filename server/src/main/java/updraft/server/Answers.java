package updraft.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.TokenLogprob;
import updraft.server.openai.Wire;

/** The native answer, which {@code POST /generate} and {@code run --json} share. */
public final class Answers {
  private Answers() {}

  public static Wire.Generated generated(
      Engine engine, GenerateRequest request, GenerateResult result) {
    Choice first = result.choices().getFirst();
    List<Wire.OtherChoice> others = new ArrayList<>();
    for (int i = 1; i < result.choices().size(); i++) {
      Choice choice = result.choices().get(i);
      others.add(
          new Wire.OtherChoice(
              i,
              choice.tokens(),
              choice.text(),
              choice.reason().wireName(),
              logprobs(engine, choice)));
    }
    return new Wire.Generated(
        engine.modelName(),
        result.promptTokens(),
        result.cachedTokens(),
        result.completionTokens(),
        first.tokens(),
        first.text(),
        first.reason().wireName(),
        first.error(),
        request.sampling().seed(),
        logprobs(engine, first),
        timings(engine, result),
        Wire.Speculation.of(result.speculation()),
        others.isEmpty() ? null : others);
  }

  private static Wire.@Nullable ChatLogprobs logprobs(Engine engine, Choice choice) {
    List<TokenLogprob> logprobs = choice.logprobs();
    return logprobs == null ? null : Logprobs.chat(logprobs, engine.tokenizer());
  }

  private static Wire.Timings timings(Engine engine, GenerateResult result) {
    GenerateResult.Timings t = result.timings();
    int afterFirst = result.completionTokens() - result.choices().size();
    return new Wire.Timings(
        engine.loadNanos() / 1e6,
        engine.warmupNanos() / 1e6,
        t.queuedNanos() / 1e6,
        t.prefillNanos() / 1e6,
        t.firstTokenNanos() / 1e6,
        t.decodeNanos() / 1e6,
        t.decodeNanos() == 0 ? 0 : afterFirst / (t.decodeNanos() / 1e9));
  }
}
