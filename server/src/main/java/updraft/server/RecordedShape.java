package updraft.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import updraft.engine.Engine;
import updraft.record.RequestRecord;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.server.debug.DebugWire;

/**
 * A route's shape of a request with {@code "debug": true}: chunks tell which tokens they hold and
 * who came up with them, the end tells under which id the request can be looked into, and why it
 * was as fast as it was.
 */
final class RecordedShape implements AnswerShape {
  private final AnswerShape shape;
  private final Engine engine;
  private final GenerateRequest request;
  private final Json json;

  /** Tokens that no chunk has told yet, since their text was held back, by choice. */
  private final List<List<ToldToken>> pending = new ArrayList<>();

  RecordedShape(AnswerShape shape, Engine engine, GenerateRequest request, Json json) {
    this.shape = shape;
    this.engine = engine;
    this.request = request;
    this.json = json;
    for (int choice = 0; choice < request.choices(); choice++) {
      pending.add(new ArrayList<>());
    }
  }

  /**
   * @param text that this token added to the choice's; may be empty
   * @param origin target, ngram, …
   */
  private record ToldToken(int id, String text, String origin) {}

  @Override
  public Object whole(GenerateResult result) {
    return ended(shape.whole(result));
  }

  @Override
  public List<Object> opening() {
    return shape.opening();
  }

  @Override
  public @Nullable Object chunk(TokenEvent event, @Nullable GenerateResult result) {
    List<ToldToken> tokens = pending.get(event.choice());
    switch (event) {
      case TokenEvent.Token token ->
          tokens.add(
              new ToldToken(
                  token.token(), token.text(), token.origin().name().toLowerCase(Locale.ROOT)));
      case TokenEvent.Finished end -> {}
    }
    Object chunk = shape.chunk(event, result);
    if (chunk == null) {
      return null;
    }
    ObjectNode node = result == null ? json.object(chunk) : ended(chunk);
    if (!tokens.isEmpty()) {
      node.set("tokens", json.tree(List.copyOf(tokens)));
      tokens.clear();
    }
    return node;
  }

  @Override
  public @Nullable Object closing(GenerateResult result) {
    Object closing = shape.closing(result);
    return closing == null ? null : ended(closing);
  }

  private ObjectNode ended(Object value) {
    ObjectNode node = json.object(value);
    node.put("debug_id", request.id());
    Optional<RequestRecord> recorded = engine.requests().find(request.id());
    recorded
        .map(RequestRecord::detail)
        .ifPresent(
            detail ->
                node.set("explanation", json.tree(DebugWire.Explained.of(detail.explanation()))));
    return node;
  }
}
