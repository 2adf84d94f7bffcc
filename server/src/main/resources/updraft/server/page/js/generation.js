// One request as it streams: who said which token, and when.

import { events } from "./api.js";

/**
 * Runs a request and tells `sink` of `token(choice, token)`, `text(choice, text)`, `call(choice,
 * call)` and `end(choice, reason)`. Returns what is known at the end: times in milliseconds since it
 * was sent, usage, statistics, and the id under which /debug/requests keeps it.
 */
export async function generate(path, body, signal, sink) {
  const start = performance.now();
  const outcome = { tokens: 0, firstMs: null, lastMs: null, usage: null, speculation: null, debugId: null };
  const whole = { ...body, stream: true, stream_options: { include_usage: true }, debug: true };
  for await (const chunk of events(path, whole, signal)) {
    outcome.usage = chunk.usage ?? outcome.usage;
    outcome.speculation = chunk.speculation ?? outcome.speculation;
    outcome.debugId = chunk.debug_id ?? outcome.debugId;
    for (const choice of chunk.choices ?? []) {
      take(chunk, choice, outcome, performance.now() - start, sink);
    }
  }
  outcome.totalMs = performance.now() - start;
  return outcome;
}

function take(chunk, choice, outcome, now, sink) {
  const text = choice.delta ? (choice.delta.content ?? "") : (choice.text ?? "");
  const tokens = choice.tokens ?? chunk.tokens ?? [];
  for (const token of tokens) {
    outcome.firstMs ??= now;
    outcome.lastMs = now;
    outcome.tokens += 1;
    sink.token(choice.index, token);
  }
  if (tokens.length === 0 && text !== "") {
    outcome.firstMs ??= now;
    outcome.lastMs = now;
    sink.text(choice.index, text);
  }
  for (const call of choice.delta?.tool_calls ?? []) {
    sink.call(choice.index, call);
  }
  if (choice.finish_reason) {
    sink.end(choice.index, choice.finish_reason);
  }
}

/** Tokens a second after the first, or null when there is no time to speak of. */
export function decodeRate(outcome) {
  const ms = outcome.lastMs - outcome.firstMs;
  return ms > 5 && outcome.tokens > 1 ? ((outcome.tokens - 1) * 1000) / ms : null;
}
