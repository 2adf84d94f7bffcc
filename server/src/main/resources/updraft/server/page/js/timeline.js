// The spans of a request over time, as a trace viewer draws them; zoomed by wheel, keys and buttons.

import { h, s, onWidth, oncePerFrame } from "./dom.js";
import { duration, originOf, ticks } from "./format.js";

const LABELS = 132;
const LANE = 22;
const AXIS = 24;
const LEAST_MS = 0.02;

/** Lanes from the whole to its parts; names not listed follow in order of appearance. */
const ORDER = [
  "tokenize", "prefill_waiting", "prefill_forward", "chunked_prefill", "decode_forward", "decode_loop",
  "spec_draft", "spec_verify", "spec_draft_extend",
];

const PALE = new Set(["tokenize", "prefill_waiting", "decode_forward", "decode_loop"]);

/** Spans by lane. A name that is not an engine stage is the request itself. */
function lanesOf(spans) {
  const names = [...new Set(spans.map((span) => span.name))];
  const rank = (name) => ORDER.indexOf(name);
  names.sort((a, b) => rank(a) - rank(b));
  return names.map((name) => ({
    name,
    spans: spans.filter((span) => span.name === name).sort((a, b) => a.start_ms - b.start_ms),
  }));
}

/** What `spans` leaves out is told by the rounds' own times. */
export function spansOf(detail) {
  const spans = detail.spans ?? [];
  if (spans.some((span) => span.name === "spec_verify")) {
    return spans;
  }
  const made = [];
  for (const round of detail.rounds ?? []) {
    if (round.draft_ms > 0) {
      made.push({ name: "spec_draft", start_ms: round.draft_start_ms, duration_ms: round.draft_ms, round: round.round });
    }
    made.push({ name: "spec_verify", start_ms: round.verify_start_ms, duration_ms: round.verify_ms, round: round.round });
  }
  return [...spans, ...made];
}

export class Timeline {
  #lanes;
  #whole;
  #from;
  #to;
  #width = 0;
  #round = null;
  #onRound;
  #draw = oncePerFrame(() => this.#redraw());

  constructor(detail, onRound) {
    const spans = spansOf(detail);
    this.#lanes = lanesOf(spans);
    this.#onRound = onRound;
    const end = Math.max(1, ...spans.map((span) => span.start_ms + span.duration_ms));
    const start = Math.min(0, ...spans.map((span) => span.start_ms));
    this.#whole = [start, end];
    [this.#from, this.#to] = this.#whole;
    this.readout = h("output", { class: "readout", "aria-live": "polite" });
    this.range = h("span", { class: "range" });
    this.svg = s("svg", { class: `timeline o-${originOf(detail.method)}`, height: this.#lanes.length * LANE + AXIS, "aria-hidden": "true" });
    this.stage = h(
      "div",
      {
        class: "timeline-stage", tabindex: "0", role: "group",
        "aria-label": "Timeline of spans; plus and minus zoom, arrows move, 0 shows all",
        onkeydown: (event) => this.#key(event),
        onpointerdown: (event) => this.#drag(event),
        onpointerover: (event) => this.#hover(event),
        ondblclick: (event) => this.#zoom(0.4, this.#timeAt(event)),
        onclick: (event) => this.#clicked(event),
      },
      this.svg,
    );
    this.stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    const button = (label, title, action) =>
      h("button", { type: "button", class: "small", title, "aria-label": title, onclick: action }, label);
    this.element = h(
      "div",
      { class: "timeline-box" },
      h(
        "div",
        { class: "bar-line" },
        button("−", "Zoom out", () => this.#zoom(2)),
        button("+", "Zoom in", () => this.#zoom(0.5)),
        button("Fit", "Show the whole request", () => this.#show(...this.#whole)),
        this.range,
        h("span", { class: "hint" }, "Ctrl + wheel zooms, drag moves"),
      ),
      this.stage,
      this.readout,
    );
    onWidth(this.stage, (width) => {
      this.#width = width;
      this.#redraw();
    });
  }

  /** Marks a round's spans, and brings them into view when they are out of it. */
  showRound(round) {
    this.#round = round;
    const spans = this.#lanes.flatMap((lane) => lane.spans).filter((span) => span.round === round);
    if (spans.length > 0) {
      const first = Math.min(...spans.map((span) => span.start_ms));
      const last = Math.max(...spans.map((span) => span.start_ms + span.duration_ms));
      if (first < this.#from || last > this.#to) {
        const half = (this.#to - this.#from) / 2;
        this.#show((first + last) / 2 - half, (first + last) / 2 + half);
      }
    }
    this.#draw();
  }

  #show(from, to) {
    const [start, end] = this.#whole;
    const span = Math.min(Math.max(to - from, LEAST_MS), end - start);
    this.#from = Math.min(Math.max(from, start), end - span);
    this.#to = this.#from + span;
    this.#draw();
  }

  #zoom(factor, around = (this.#from + this.#to) / 2) {
    this.#show(around - (around - this.#from) * factor, around + (this.#to - around) * factor);
  }

  #x(ms) {
    return LABELS + ((ms - this.#from) / (this.#to - this.#from)) * (this.#width - LABELS - 8);
  }

  #timeAt(event) {
    const x = event.clientX - this.svg.getBoundingClientRect().left - LABELS;
    return this.#from + (x / (this.#width - LABELS - 8)) * (this.#to - this.#from);
  }

  #redraw() {
    if (this.#width === 0) {
      return;
    }
    this.range.textContent = `${duration(this.#from)} – ${duration(this.#to)}`;
    this.svg.setAttribute("width", String(this.#width));
    const clip = s("svg", { x: LABELS, y: 0, width: this.#width - LABELS, height: this.#lanes.length * LANE + AXIS });
    const parts = [];
    for (const tick of ticks(this.#from, this.#to, Math.max(2, this.#width / 110))) {
      const x = this.#x(tick) - LABELS;
      parts.push(s("line", { class: "grid", x1: x, x2: x, y1: 0, y2: this.#lanes.length * LANE }));
      parts.push(s("text", { class: "tick", x: x + 3, y: this.#lanes.length * LANE + 16 }, duration(tick)));
    }
    this.#lanes.forEach((lane, row) => this.#lane(lane, row, parts));
    clip.append(...parts);
    const names = this.#lanes.map((lane, row) => s("text", { class: "lane", x: 0, y: row * LANE + 15 }, short(lane.name)));
    this.svg.replaceChildren(...names, clip);
  }

  /** Draws what is in view; spans that share a pixel are drawn as one. */
  #lane(lane, row, parts) {
    let covered = -1;
    lane.spans.forEach((span, index) => {
      const end = span.start_ms + span.duration_ms;
      if (end < this.#from || span.start_ms > this.#to) {
        return;
      }
      const left = Math.max(-2, this.#x(span.start_ms) - LABELS);
      const right = Math.min(this.#width, this.#x(end) - LABELS);
      const marked = this.#round !== null && span.round === this.#round;
      if (right - covered < 0.7 && !marked) {
        return;
      }
      covered = right;
      parts.push(
        s("rect", {
          class: `span ${kindOf(lane.name)}${marked ? " marked" : ""}`, x: left.toFixed(2), y: row * LANE + 3,
          width: Math.max(0.8, right - left).toFixed(2), height: LANE - 6, rx: right - left > 6 ? 2.5 : 0, data: { row, index },
        }),
      );
      const text = span.round === undefined ? duration(span.duration_ms) : `${span.round} · ${duration(span.duration_ms)}`;
      if (right - left > text.length * 6.4 + 8) {
        parts.push(s("text", { class: `inside${PALE.has(lane.name) || kindOf(lane.name) === "request" ? " dark" : ""}`, x: Math.max(left, 0) + 5, y: row * LANE + 15 }, text));
      }
    });
  }

  #spanAt(event) {
    const rect = event.target.closest?.("rect.span");
    return rect ? this.#lanes[Number(rect.dataset.row)].spans[Number(rect.dataset.index)] : null;
  }

  #hover(event) {
    const span = this.#spanAt(event);
    if (span) {
      const attributes = Object.entries(span.attributes ?? {})
        .map(([name, value]) => `${name.replace(/^updraft\.(speculation\.)?/, "")}=${value}`)
        .join("  ");
      const round = span.round === undefined ? "" : ` · round ${span.round}`;
      this.readout.textContent = `${span.name}${round} · at ${duration(span.start_ms)} for ${duration(span.duration_ms)}  ${attributes}`;
    }
  }

  #clicked(event) {
    const span = this.#spanAt(event);
    if (span?.round !== undefined) {
      this.#onRound(span.round);
    }
  }

  #wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#zoom(Math.exp(event.deltaY / 300), this.#timeAt(event));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      this.#move((event.deltaX || event.deltaY) / this.#width);
    }
  }

  #move(share) {
    const by = share * (this.#to - this.#from);
    this.#show(this.#from + by, this.#to + by);
  }

  #drag(event) {
    if (event.button !== 0) {
      return;
    }
    let last = event.clientX;
    const move = (moved) => {
      this.#move((last - moved.clientX) / (this.#width - LABELS));
      last = moved.clientX;
    };
    const up = () => removeEventListener("pointermove", move);
    addEventListener("pointermove", move);
    addEventListener("pointerup", up, { once: true });
  }

  #key(event) {
    const action = {
      "+": () => this.#zoom(0.5), "=": () => this.#zoom(0.5), "-": () => this.#zoom(2),
      0: () => this.#show(...this.#whole), Home: () => this.#show(...this.#whole),
      ArrowLeft: () => this.#move(-0.2), ArrowRight: () => this.#move(0.2),
    }[event.key];
    if (action && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      action();
    }
  }
}

function kindOf(name) {
  return ORDER.includes(name) ? name.replaceAll("_", "-") : "request";
}

function short(name) {
  return ORDER.includes(name) ? name.replaceAll("_", " ").replace("spec ", "") : "request";
}
