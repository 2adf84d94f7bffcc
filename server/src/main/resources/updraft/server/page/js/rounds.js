// All rounds of a request side by side: what was drafted, what was kept. A slider over rounds.

import { h, s } from "./dom.js";
import { originOf, plural } from "./format.js";

const UNIT = 5;
const HEIGHT = 76;
const BASE = HEIGHT - 4;

function drafted(round) {
  return Math.max(0, (round.tree?.token.length ?? 1) - 1);
}

function told(round, count) {
  return `Round ${round.round} of ${count}: ${plural(drafted(round), "token")} drafted, ${round.accepted} accepted`;
}

/** The strip; `onSelect(index)` is called when a round is chosen by pointer or key. */
export class RoundStrip {
  #rounds;
  #columns;
  #step;
  #onSelect;
  selected = -1;

  constructor(rounds, onSelect) {
    this.#rounds = rounds;
    this.#onSelect = onSelect;
    this.#step = rounds.length > 160 ? 5 : rounds.length > 60 ? 8 : 13;
    const tallest = Math.max(4, ...rounds.map(drafted));
    const unit = Math.min(UNIT, (BASE - 6) / (tallest + 1));
    this.#columns = rounds.map((round, i) => this.#column(round, i, unit));
    this.svg = s(
      "svg",
      { class: "rounds", width: rounds.length * this.#step + 2, height: HEIGHT, "aria-hidden": "true" },
      this.#columns,
    );
    this.element = h(
      "div",
      {
        class: "rounds-scroll",
        role: "slider",
        tabindex: "0",
        "aria-label": "Round",
        "aria-valuemin": "1",
        "aria-valuemax": String(rounds.length),
        onclick: (event) => this.#clicked(event),
        onkeydown: (event) => this.#key(event),
      },
      this.svg,
    );
  }

  #column(round, index, unit) {
    const x = index * this.#step + 1;
    const width = this.#step - 2;
    const nodes = drafted(round);
    const group = s("g", { class: `round o-${originOf(round.method)}` });
    group.append(s("rect", { class: "hit", x: x - 1, y: 0, width: this.#step, height: HEIGHT }));
    if (nodes > 0) {
      group.append(s("rect", { class: "drafted", x: x + 0.5, y: BASE - nodes * unit + 0.5, width: width - 1, height: nodes * unit - 1 }));
    }
    if (round.accepted > 0) {
      group.append(s("rect", { class: "kept", x, y: BASE - round.accepted * unit, width, height: round.accepted * unit }));
    }
    group.append(s("rect", { class: "own", x, y: BASE + 1, width, height: 2.5 }));
    return group;
  }

  select(index) {
    if (this.#rounds.length === 0) {
      return;
    }
    const next = Math.min(this.#rounds.length - 1, Math.max(0, index));
    this.#columns[this.selected]?.classList.remove("selected");
    this.selected = next;
    this.#columns[next].classList.add("selected");
    this.element.setAttribute("aria-valuenow", String(next + 1));
    this.element.setAttribute("aria-valuetext", told(this.#rounds[next], this.#rounds.length));
    const x = next * this.#step;
    const { scrollLeft, clientWidth } = this.element;
    if (x < scrollLeft || x + this.#step > scrollLeft + clientWidth) {
      this.element.scrollLeft = x - clientWidth / 2;
    }
    this.#onSelect(next);
  }

  #clicked(event) {
    const x = event.clientX - this.svg.getBoundingClientRect().left;
    this.select(Math.floor(x / this.#step));
  }

  #key(event) {
    const to = {
      ArrowRight: this.selected + 1, ArrowUp: this.selected + 1,
      ArrowLeft: this.selected - 1, ArrowDown: this.selected - 1,
      PageUp: this.selected + 10, PageDown: this.selected - 10,
      Home: 0, End: this.#rounds.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.select(to);
    }
  }
}
