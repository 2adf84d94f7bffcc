package updraft.server.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds calls in an answer's text as it arrives. What is no call of a tool that was offered stays
 * text: nothing that a model writes is lost, and no client is asked to call what it does not have.
 * Not thread-safe.
 */
public final class ToolCallReader {
  private final ToolCallStyle style;
  private final Set<String> names;
  private final Function<String, @Nullable JsonNode> parse;
  private final boolean streams;

  /** The call under way, once some of it has been passed on. */
  private @Nullable CallScan scan;

  /** Text that may belong to a call: the beginning of its tag, or what follows it. */
  private final StringBuilder held = new StringBuilder();

  private boolean inCall;

  /** Whether a bare answer has begun with text, so that all of it is. */
  private boolean textAlone;

  /** Whether blanks are dropped, since they only part two calls. */
  private boolean afterCall;

  /**
   * @param streams whether a call is passed on in pieces as it is written, which cannot be taken
   *     back when it turns out to be none; else once it is whole
   */
  ToolCallReader(
      ToolCallStyle style,
      Set<String> names,
      Function<String, @Nullable JsonNode> parse,
      boolean streams) {
    this.streams = streams;
    this.style = style;
    this.names = names;
    this.parse = parse;
    this.inCall = style == ToolCallStyle.BARE;
  }

  /**
   * A call, or a piece of one.
   *
   * @param name null in a piece that goes on with the call before
   * @param arguments as JSON, or some of it
   */
  public record Call(@Nullable String name, String arguments) {}

  /** What a piece of text has turned out to be. */
  public record Found(String content, List<Call> calls) {
    public boolean isEmpty() {
      return content.isEmpty() && calls.isEmpty();
    }
  }

  /** Takes the next piece. */
  public Found append(String text) {
    held.append(text);
    StringBuilder content = new StringBuilder();
    List<Call> calls = new ArrayList<>();
    boolean progress = true;
    while (progress) {
      progress = inCall ? endCall(content, calls, text.length()) : beginCall(content);
    }
    return new Found(content.toString(), calls);
  }

  private boolean beginCall(StringBuilder content) {
    int at = held.indexOf(style.open);
    int safe = at >= 0 ? at : held.length() - tagBeginning();
    String before = held.substring(0, safe);
    held.delete(0, safe);
    content.append(afterCall ? before.stripLeading() : before);
    afterCall &= before.isBlank();
    if (at < 0) {
      return false;
    }
    held.delete(0, style.open.length());
    inCall = true;
    return true;
  }

  /** How much of the end may be the beginning of a tag. */
  private int tagBeginning() {
    int length = Math.min(held.length(), style.open.length() - 1);
    while (length > 0
        && !style.open.startsWith(held.substring(held.length() - length, held.length()))) {
      length--;
    }
    return length;
  }

  /** In a bare style everything is held until the end, if it begins like a call. */
  private boolean endCall(StringBuilder content, List<Call> calls, int added) {
    if (style == ToolCallStyle.BARE) {
      if (!held.toString().isBlank() && held.toString().stripLeading().charAt(0) != '{') {
        textAlone = true;
      }
      if (textAlone) {
        content.append(held);
        held.setLength(0);
      } else {
        passOn(calls);
      }
      return false;
    }
    passOn(calls);
    int from = Math.max(0, held.length() - added - style.close.length());
    int at = held.indexOf(style.close, from);
    if (at < 0) {
      return false;
    }
    String body = held.substring(0, at);
    held.delete(0, at + style.close.length());
    inCall = false;
    if (scan != null) {
      scan = null;
      afterCall = true;
      return true;
    }
    Call call = call(body);
    if (call == null) {
      content.append(style.open).append(body).append(style.close);
    } else {
      calls.add(call);
      afterCall = true;
    }
    return true;
  }

  /** What is new of the call under way, if calls are passed on as they are written. */
  private void passOn(List<Call> calls) {
    CallScan known = scan;
    if (known == null && streams) {
      known = CallScan.of(held, names);
      scan = known;
      if (known != null) {
        calls.add(new Call(known.name(), known.advance(held)));
      }
    } else if (known != null) {
      String more = known.advance(held);
      if (!more.isEmpty()) {
        calls.add(new Call(null, more));
      }
    }
  }

  /** What was held, when nothing follows: a call that was not closed counts if it is whole. */
  public Found finish() {
    String rest = held.toString();
    held.setLength(0);
    if (!inCall) {
      return new Found(afterCall ? rest.stripLeading() : rest, List.of());
    }
    if (scan != null) {
      return new Found("", List.of());
    }
    Call call = call(rest);
    return call == null ? new Found(style.open + rest, List.of()) : new Found("", List.of(call));
  }

  private @Nullable Call call(String body) {
    JsonNode call = parse.apply(body);
    if (call == null || !call.isObject() || !call.path("name").isString()) {
      return null;
    }
    String name = call.path("name").asString();
    JsonNode arguments = call.get(style.argumentsField);
    if (arguments == null) {
      arguments = call.get("arguments");
    }
    if (!names.contains(name) || (arguments != null && !arguments.isObject())) {
      return null;
    }
    return new Call(name, arguments == null ? "{}" : arguments.toString());
  }
}
