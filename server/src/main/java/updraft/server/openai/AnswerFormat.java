package updraft.server.openai;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.request.InvalidRequestException;
import updraft.sample.grammar.JsonSchemaGrammar;

/**
 * What an answer must look like: {@code response_format} as OpenAI has it, or, as others have it, a
 * schema in {@code json_schema} or a {@code grammar} in GBNF.
 *
 * @param field that says so
 * @param grammar null for any text
 */
public record AnswerFormat(String field, @Nullable String grammar) {
  private static final AnswerFormat ANY = new AnswerFormat("response_format", null);

  /**
   * @param plain a JSON value as maps, lists, texts, numbers and booleans
   * @throws InvalidRequestException by the field's name
   */
  public static AnswerFormat of(JsonFields body, Function<JsonNode, @Nullable Object> plain) {
    AnswerFormat found = ANY;
    int said = 0;
    for (AnswerFormat format :
        new AnswerFormat[] {
          responseFormat(body, plain),
          schema(body.node("json_schema"), "json_schema", plain),
          new AnswerFormat("grammar", body.string("grammar", null))
        }) {
      if (format.grammar != null) {
        found = format;
        said++;
      }
    }
    if (said > 1) {
      throw new InvalidRequestException(
          found.field, "one of response_format, json_schema and grammar must stand alone");
    }
    return found;
  }

  private static AnswerFormat responseFormat(
      JsonFields body, Function<JsonNode, @Nullable Object> plain) {
    JsonFields format = body.object("response_format");
    String type = format == null ? "text" : String.valueOf(format.string("type", "text"));
    return switch (type) {
      case "text" -> ANY;
      case "json_object" -> new AnswerFormat("response_format", JsonSchemaGrammar.anyObject());
      case "json_schema" -> {
        JsonFields wrapper = format == null ? null : format.object("json_schema");
        if (wrapper == null || !wrapper.has("schema")) {
          throw new InvalidRequestException(
              "response_format", "response_format.json_schema must have a schema");
        }
        yield schema(wrapper.node("schema"), "response_format", plain);
      }
      default ->
          throw new InvalidRequestException(
              "response_format",
              "response_format.type must be text, json_object or json_schema:"
                  + " response_format.type="
                  + type);
    };
  }

  private static AnswerFormat schema(
      @Nullable JsonNode schema, String field, Function<JsonNode, @Nullable Object> plain) {
    Object value = schema == null ? null : plain.apply(schema);
    if (value == null) {
      return ANY;
    }
    try {
      return new AnswerFormat(field, JsonSchemaGrammar.of(value));
    } catch (InvalidRequestException e) {
      throw inTermsOf(field, e);
    }
  }

  /** A refusal of the grammar, as one of the field that it was made from. */
  public static InvalidRequestException inTermsOf(String field, InvalidRequestException e) {
    return new InvalidRequestException(field, field + ": " + e.getMessage());
  }
}
