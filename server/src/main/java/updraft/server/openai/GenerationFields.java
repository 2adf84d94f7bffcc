package updraft.server.openai;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.request.NgramMatch;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** The fields that every generating route shares. */
public final class GenerationFields {
  private GenerationFields() {}

  /**
   * Applies sampling, speculation and stopping.
   *
   * @param temperature when the field is absent: 1 for OpenAI's routes, 0 for our own
   * @param seed when the field is absent
   */
  public static void apply(
      JsonFields body, GenerateRequest.Builder request, float temperature, long seed) {
    request
        .sampling(
            SamplingOptions.builder()
                .temperature(body.number("temperature", temperature))
                .topK(body.integer("top_k", 0))
                .topP(body.number("top_p", 1))
                .minP(body.number("min_p", 0))
                .repetitionPenalty(body.number("repetition_penalty", 1))
                .frequencyPenalty(body.number("frequency_penalty", 0))
                .presencePenalty(body.number("presence_penalty", 0))
                .logitBias(body.numbersByToken("logit_bias"))
                .seed(body.longInteger("seed", seed))
                .build())
        .speculation(speculation(body))
        .stop(body.strings("stop"))
        .ignoreEos(body.flag("ignore_eos", false))
        .choices(body.integer("n", 1));
  }

  private static SpeculationOptions speculation(JsonFields body) {
    JsonNode node = body.node("speculation");
    if (node != null && node.isString()) {
      return SpeculationOptions.of(SpeculationMethod.of(node.asString()));
    }
    JsonFields fields = body.object("speculation");
    if (fields == null) {
      return SpeculationOptions.AUTO;
    }
    return new SpeculationOptions(
        SpeculationMethod.of(text(fields, "method", "auto")),
        fields.integer("nodes", 0),
        fields.integer("depth", 0),
        fields.integer("topk", 0),
        match(text(fields, "match", "recency")));
  }

  private static String text(JsonFields fields, String name, String otherwise) {
    @Nullable String value = fields.string(name, otherwise);
    return value == null ? otherwise : value;
  }

  private static NgramMatch match(String name) {
    return switch (name) {
      case "recency" -> NgramMatch.RECENCY;
      case "frequency" -> NgramMatch.FREQUENCY;
      default ->
          throw new InvalidRequestException(
              "speculation.match",
              "speculation.match must be recency or frequency: speculation.match=" + name);
    };
  }
}
