// An answer as a run of tokens, each in the colour of who proposed it; and its pulse, a bar a round.

import { h, s, oncePerFrame } from "./dom.js";
import { ORIGINS, probability, visible } from "./format.js";

/** Tokens in one block of the layout; a line break may begin the next one. */
const BLOCK = 120;

/**
 * Appends tokens as they come, at most once a frame. Arrow keys walk over them, Enter or a click
 * picks one.
 */
export class TokenRun {
  #pending = [];
  #block = null;
  #inBlock = 0;
  #current = -1;
  #flush = oncePerFrame(() => this.flush());
  #onPick;

  constructor({ label, onPick = null, readout = null }) {
    this.tokens = [];
    this.elements = [];
    this.counts = {};
    this.readout = readout;
    this.#onPick = onPick;
    this.element = h("div", {
      class: "token-run",
      tabindex: "0",
      role: "group",
      "aria-label": `${label}, coloured by who proposed each token; arrow keys walk over tokens`,
      "aria-busy": "true",
      onclick: (event) => this.#clicked(event),
      onkeydown: (event) => this.#key(event),
      onpointerover: (event) => this.#tell(this.#indexOf(event.target)),
    });
  }

  push(token) {
    this.#pending.push(token);
    this.#flush();
  }

  /** Text that belongs to no token, such as what was held back for a stop string. */
  text(text) {
    this.push({ text, origin: null });
  }

  get plainText() {
    return [...this.tokens, ...this.#pending].map((token) => token.text).join("");
  }

  flush() {
    for (const token of this.#pending.splice(0)) {
      this.#append(token);
    }
  }

  finish() {
    this.flush();
    this.element.setAttribute("aria-busy", "false");
  }

  #append(token) {
    if (this.#block === null || (this.#inBlock >= BLOCK && this.tokens.at(-1)?.text.endsWith("\n"))) {
      this.#block = h("div", { class: "token-block" });
      this.element.append(this.#block);
      this.#inBlock = 0;
    }
    const kind = token.origin in ORIGINS ? token.origin : "plain";
    const element = h("span", { class: `tok o-${kind}`, data: { i: this.tokens.length } }, token.text);
    this.#block.append(element);
    this.#inBlock += 1;
    this.tokens.push(token);
    this.elements.push(element);
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  /** Marks the tokens of a round, [from, to). */
  mark(from, to) {
    for (const element of this.element.querySelectorAll(".tok.marked")) {
      element.classList.remove("marked");
    }
    this.elements.slice(from, to).forEach((element) => element.classList.add("marked"));
  }

  /** Puts what was drafted and refused behind token `after`; only shown on demand. */
  insertRejected(after, texts) {
    const place = this.elements[after];
    if (place && texts.length > 0) {
      const label = `rejected: ${texts.map(visible).join(", ")}`;
      const shown = h("del", { class: "rejected", title: label }, texts.map(visible).join("·"));
      place.after(shown);
    }
  }

  showRejected(on) {
    this.element.classList.toggle("with-rejected", on);
  }

  #indexOf(target) {
    const element = target.closest?.(".tok");
    return element ? Number(element.dataset.i) : -1;
  }

  #clicked(event) {
    const index = this.#indexOf(event.target);
    if (index >= 0 && getSelection().isCollapsed) {
      this.#select(index);
      this.#onPick?.(index);
    }
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined && this.elements.length > 0) {
      event.preventDefault();
      this.#select(Math.min(this.elements.length - 1, Math.max(0, this.#current + step)));
    } else if (event.key === "Enter" && this.#current >= 0) {
      this.#onPick?.(this.#current);
    }
  }

  #select(index) {
    this.elements[this.#current]?.classList.remove("current");
    this.#current = index;
    this.elements[index].classList.add("current");
    this.#tell(index);
  }

  #tell(index) {
    const token = this.tokens[index];
    if (this.readout && token) {
      const id = token.id === undefined ? "" : ` · id ${token.id}`;
      const logprob = token.logprob === undefined ? "" : ` · p ${probability(Math.exp(token.logprob))}`;
      const who = ORIGINS[token.origin] ?? "text";
      this.readout.textContent = `“${visible(token.text)}” · ${who}${id}${logprob}`;
    }
  }
}

/** Who said how many tokens, as a key to the colours. */
export function legend() {
  const counts = {};
  const items = Object.entries(ORIGINS).map(([origin, name]) => {
    counts[origin] = h("b", {}, "0");
    return h(
      "li",
      { class: `key o-${origin}` },
      h("span", { class: "swatch", "aria-hidden": "true" }),
      name,
      " ",
      counts[origin],
    );
  });
  const element = h("ul", { class: "legend", "aria-label": "Tokens by who proposed them" }, items);
  return {
    element,
    update: (now) => {
      for (const [origin, cell] of Object.entries(counts)) {
        const value = String(now[origin] ?? 0);
        if (cell.textContent !== value) {
          cell.textContent = value;
          cell.parentElement.classList.toggle("none", value === "0");
        }
      }
    },
  };
}

/** A bar for each round as the answer streams: drafted tokens in colour, the target's own on top. */
export class Pulse {
  static #STEP = 5;
  static #UNIT = 4;
  #drafted = 0;
  #count = 0;

  constructor() {
    this.svg = s("svg", { class: "pulse", height: 44, "aria-hidden": "true" });
    this.element = h("div", { class: "pulse-box" }, this.svg);
  }

  add(origin) {
    if (origin !== "target") {
      this.#drafted += 1;
      this.origin = origin;
      return;
    }
    const x = this.#count * Pulse.#STEP;
    const height = Math.min(this.#drafted, 9) * Pulse.#UNIT;
    if (height > 0) {
      this.svg.append(
        s("rect", { class: `o-${this.origin}`, x, y: 40 - height, width: 4, height: height - 1 }),
      );
    }
    this.svg.append(s("rect", { class: "o-target", x, y: 37 - height, width: 4, height: 2 }));
    this.#drafted = 0;
    this.#count += 1;
  }

  /** Makes room for new bars; the style sheet keeps the newest in sight. Once a frame at most. */
  draw() {
    this.svg.setAttribute("width", String(this.#count * Pulse.#STEP));
  }
}
