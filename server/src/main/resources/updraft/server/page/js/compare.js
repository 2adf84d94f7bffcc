// One prompt, one seed, two methods: the text must be equal, the time need not be.

import { Answer } from "./answer.js";
import { announce, h, freshId } from "./dom.js";
import { duration, fixed, originOf, visible } from "./format.js";
import { decodeRate } from "./generation.js";
import { modelCard, STARTERS } from "./model.js";
import { notice } from "./notice.js";
import { OptionsForm } from "./options.js";

const METHODS = ["off", "ngram", "auto", "eagle", "draft"];
class Lane {
  constructor(name, method) {
    const id = freshId("method");
    this.name = name;
    this.select = h("select", { id }, METHODS.map((one) => h("option", { value: one, selected: one === method }, one)));
    this.nodes = h("input", { id: `${id}-nodes`, type: "text", inputmode: "numeric", placeholder: "auto", class: "short" });
    this.time = h("strong", { class: "lane-time" }, "–");
    this.rate = h("span", { class: "lane-rate" }, "");
    this.fill = h("div", { class: "lane-fill" });
    this.place = h("div", { class: "lane-answer" });
    this.element = h(
      "section",
      { class: "lane", "aria-label": `Run ${name}` },
      h(
        "header",
        {},
        h("h2", {}, name),
        h("label", { for: id }, "Method"), this.select,
        h("label", { for: `${id}-nodes` }, "Nodes"), this.nodes,
      ),
      h("div", { class: "lane-result" }, this.time, this.rate),
      h("div", { class: "lane-track" }, this.fill),
      this.place,
    );
  }

  get method() {
    return this.select.value;
  }

  clear() {
    this.outcome = null;
    this.fill.className = `lane-fill o-${this.method === "off" ? "target" : originOf(this.method)}`;
    this.time.textContent = "–";
    this.rate.textContent = "";
    this.fill.style.width = "0";
    this.place.replaceChildren(h("p", { class: "quiet" }, "waits for its turn"));
  }

  async run(path, body, signal) {
    const nodes = this.nodes.value.trim();
    const speculation = { ...body.speculation, method: this.method, ...(nodes === "" ? {} : { nodes: Number(nodes) }) };
    this.answer = new Answer({ label: `Run ${this.name}, ${this.method}` });
    this.place.replaceChildren(this.answer.element);
    this.outcome = await this.answer.stream(path, { ...body, speculation }, signal);
    this.decodeMs = this.outcome.lastMs - this.outcome.firstMs;
    this.time.textContent = duration(this.decodeMs);
    const rate = decodeRate(this.outcome);
    const length = this.outcome.speculation?.accept_length;
    this.rate.textContent = `${rate === null ? "–" : fixed(rate, 0)} tokens a second, ${fixed(length, 2)} a round`;
  }
}

export class CompareView {
  #abort = null;

  constructor() {
    this.options = new OptionsForm({ omit: ["speculation.method", "speculation.nodes", "seed", "n"] });
    this.prompt = h("textarea", { id: "compare-prompt", rows: 3, value: STARTERS.chat[0][1] });
    this.seed = h("input", { id: "compare-seed", type: "text", inputmode: "numeric", class: "short", value: "7" });
    this.lanes = [new Lane("A", "off"), new Lane("B", "ngram")];
    this.verdict = h("div", { class: "verdict", role: "status" });
    this.go = h("button", { type: "submit", class: "primary", id: "compare-go" }, "Compare");
    this.stop = h("button", { type: "button", hidden: true, onclick: () => this.#abort?.abort() }, "Stop");
    this.element = h(
      "div",
      { class: "compare" },
      h("h1", { class: "for-readers" }, "Compare two methods"),
      h(
        "form",
        { class: "compare-ask", onsubmit: (event) => { event.preventDefault(); this.run(); } },
        h("div", { class: "field wide" }, h("label", { for: "compare-prompt" }, "Prompt for both"), this.prompt),
        h("div", { class: "field" }, h("label", { for: "compare-seed" }, "Seed of both"), this.seed),
        h("div", { class: "buttons" }, this.stop, this.go),
      ),
      h("details", { class: "compare-options" }, h("summary", {}, "Options of both"), this.options.element),
      this.verdict,
      h("div", { class: "lanes" }, this.lanes.map((lane) => lane.element)),
      h(
        "p",
        { class: "quiet footnote" },
        "Run one after the other, plain decoding last, so neither slows the other. Times are from the first token to the last; the second finds the prompt in the prefix cache. The n-gram drafter also learns from answers given before: the same prompt asked again is drafted better.",
      ),
    );
    this.#offerWhatTheModelCan();
  }

  async #offerWhatTheModelCan() {
    if ((await modelCard())?.chat === false && this.prompt.value === STARTERS.chat[0][1]) {
      this.prompt.value = STARTERS.completion[0][1];
    }
  }

  async run() {
    if (this.#abort !== null) {
      return;
    }
    this.#abort = new AbortController();
    this.#busy(true);
    this.options.clearProblems();
    this.verdict.replaceChildren();
    this.lanes.forEach((lane) => lane.clear());
    try {
      const chat = (await modelCard())?.chat !== false;
      const path = chat ? "/v1/chat/completions" : "/v1/completions";
      const text = this.prompt.value;
      const asked = chat ? { messages: [{ role: "user", content: text }] } : { prompt: text };
      const body = { ...this.options.body(chat), ...asked, seed: Number(this.seed.value) || 0 };
      const order = [...this.lanes].sort((a, b) => Number(a.method === "off") - Number(b.method === "off"));
      for (const lane of order) {
        await lane.run(path, body, this.#abort.signal);
      }
      this.#judge();
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#abort = null;
      this.#busy(false);
    }
  }

  #busy(on) {
    this.go.hidden = on;
    this.stop.hidden = !on;
  }

  #failed(problem) {
    if (problem.name === "AbortError") {
      this.verdict.replaceChildren(h("span", {}, "Stopped."));
    } else if (problem.status === undefined) {
      throw problem;
    } else if (problem.param === null || !this.options.showProblem(problem.param, problem.message)) {
      this.verdict.replaceChildren(notice(problem, () => this.run()));
    } else {
      this.options.element.closest("details").open = true;
      this.options.showProblem(problem.param, problem.message);
    }
  }

  #judge() {
    const [a, b] = this.lanes;
    const slowest = Math.max(a.decodeMs, b.decodeMs);
    this.lanes.forEach((lane) => {
      lane.fill.style.width = `${(100 * lane.decodeMs) / slowest}%`;
    });
    const faster = a.decodeMs <= b.decodeMs ? a : b;
    const slower = faster === a ? b : a;
    const ratio = slower.decodeMs / faster.decodeMs;
    const equal = a.answer.text === b.answer.text;
    const text = equal
      ? `Equal text: ${a.outcome.tokens || a.outcome.usage.completion_tokens} tokens, character for character.`
      : firstDifference(a.answer.text, b.answer.text);
    const time =
      ratio < 1.02
        ? "Both took the same time."
        : `${faster.name} (${faster.method}) was ${fixed(ratio, 2)}× as fast as ${slower.name} (${slower.method}).`;
    this.verdict.replaceChildren(h("strong", { class: equal ? "equal" : "differs" }, text), " ", h("span", {}, time));
    announce(`${text} ${time}`);
  }
}

function firstDifference(a, b) {
  const left = Array.from(a);
  const right = Array.from(b);
  let at = 0;
  while (at < left.length && left[at] === right[at]) {
    at += 1;
  }
  const near = (text) => visible(text.slice(at, at + 12).join(""));
  return `Texts part at character ${at + 1}: “${near(left)}” and “${near(right)}”.`;
}
