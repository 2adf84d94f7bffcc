// One answer on the page: its tokens as they stream, its pulse, and the key to its colours.

import { announce, h, freshId, oncePerFrame } from "./dom.js";
import { duration, fixed, plural } from "./format.js";
import { decodeRate, generate } from "./generation.js";
import { legend, Pulse, TokenRun } from "./tokens.js";
import { rejectedTexts, roundsOf, tokensByRound } from "./inspector.js";

export class Answer {
  #runs = [];
  #legend = legend();
  #update = oncePerFrame(() => this.#show());
  #calls = new Map();
  #start = 0;
  #first = null;

  constructor({ label, onPick = null }) {
    this.label = label;
    this.onPick = onPick;
    this.readout = h("output", { class: "readout", "aria-live": "polite" });
    this.live = h("span", { class: "live" });
    this.body = h("div", { class: "answer-body" });
    this.pulse = new Pulse();
    const id = freshId("rejected");
    this.rejected = h("input", { type: "checkbox", id, disabled: true, onchange: () => this.first.showRejected(this.rejected.checked) });
    this.element = h(
      "div",
      { class: "answer" },
      this.pulse.element,
      this.body,
      h("div", { class: "answer-foot" }, this.#legend.element, h("label", { class: "check", for: id }, this.rejected, "show rejected"), this.live),
      this.readout,
    );
    this.#run(0);
  }

  get first() {
    return this.#runs[0];
  }

  get text() {
    return this.first.plainText;
  }

  #run(choice) {
    while (this.#runs.length <= choice) {
      const n = this.#runs.length;
      const onPick = n === 0 ? (token) => this.onPick?.(token) : null;
      const run = new TokenRun({ label: n === 0 ? this.label : `${this.label} ${n + 1}`, onPick, readout: this.readout });
      this.#runs.push(run);
      this.body.append(...(n === 0 ? [] : [h("h3", { class: "choice" }, `Answer ${n + 1}`)]), run.element);
    }
    return this.#runs[choice];
  }

  /** Runs the request to its end; throws what went wrong. */
  async stream(path, body, signal) {
    this.#start = performance.now();
    this.element.classList.add("streaming");
    try {
      const outcome = await generate(path, body, signal, {
        token: (choice, token) => this.#token(choice, token),
        text: (choice, text) => this.#run(choice).text(text),
        call: (choice, call) => this.#call(choice, call),
        end: (choice, reason) => this.#end(choice, reason),
      });
      this.#show();
      this.live.textContent = told(outcome);
      announce(`${this.label} finished: ${told(outcome)}`);
      return outcome;
    } finally {
      this.element.classList.remove("streaming");
      this.#runs.forEach((run) => run.finish());
      this.#legend.update(this.first.counts);
    }
  }

  #token(choice, token) {
    this.#first ??= performance.now();
    this.#run(choice).push(token);
    if (choice === 0) {
      this.pulse.add(token.origin);
    }
    this.#update();
  }

  #end(choice, reason) {
    this.#run(choice).flush();
    if (reason !== "stop") {
      this.#run(choice).element.append(h("span", { class: "ending" }, ` ${ENDINGS[reason] ?? reason}`));
    }
  }

  /** A call's name comes first, its arguments in pieces. */
  #call(choice, call) {
    const key = `${choice}.${call.index ?? 0}`;
    const known = this.#calls.get(key) ?? { name: "", arguments: "", element: this.body.appendChild(h("pre", { class: "call" })) };
    known.name += call.function?.name ?? "";
    known.arguments += call.function?.arguments ?? "";
    known.element.textContent = `${known.name}(${known.arguments})`;
    this.#calls.set(key, known);
  }

  #show() {
    const tokens = this.#runs.reduce((sum, run) => sum + run.tokens.length, 0);
    const seconds = (performance.now() - this.#first) / 1000;
    this.#legend.update(this.first.counts);
    this.pulse.draw();
    // a frame that was asked for before the end must not write over how it ended
    if (this.element.classList.contains("streaming") && this.#first !== null && seconds > 0.05) {
      this.live.textContent = `${plural(tokens, "token")}, ${fixed((tokens - 1) / seconds, 0)} a second`;
    }
  }

  /** Joins what the server kept of the request: rejected drafts between the tokens. */
  explain(detail) {
    const rounds = roundsOf(detail, 0);
    const spans = tokensByRound(detail);
    rounds.forEach((round, i) => this.first.insertRejected(spans[i][1] - 1, rejectedTexts(round)));
    this.rejected.disabled = rounds.every((round) => rejectedTexts(round).length === 0);
  }
}

const ENDINGS = { length: "⟨max tokens⟩", tool_calls: "", abort: "⟨stopped⟩" };

function told(outcome) {
  const rate = decodeRate(outcome);
  const parts = [plural(outcome.tokens || outcome.usage?.completion_tokens || 0, "token")];
  if (rate !== null) {
    parts.push(`${fixed(rate, 0)} a second`);
  }
  parts.push(`first after ${duration(outcome.firstMs)}`, `${duration(outcome.totalMs)} in all`);
  if (outcome.usage?.prompt_tokens_details?.cached_tokens > 0) {
    parts.push(`${outcome.usage.prompt_tokens_details.cached_tokens} of ${outcome.usage.prompt_tokens} prompt tokens cached`);
  }
  return parts.join(" · ");
}
