package updraft.bench;

import updraft.request.GenerateResult;
import updraft.request.SpeculationStats;

/**
 * One answer to one prompt.
 *
 * @param decodedTokens those after the first, which prefill yields
 * @param decodeNanos first token to last
 */
record MethodRun(
    BenchPrompt prompt,
    float temperature,
    String method,
    int decodedTokens,
    long decodeNanos,
    SpeculationStats stats) {

  static MethodRun of(BenchPrompt prompt, float temperature, String method, GenerateResult result) {
    return new MethodRun(
        prompt,
        temperature,
        method,
        result.completionTokens() - 1,
        result.timings().decodeNanos(),
        result.speculation());
  }
}
