// The engine over the last minutes, drawn from /metrics.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { getText } from "./api.js";
import { h, onWidth } from "./dom.js";
import { fixed } from "./format.js";
import { buckets, parse, quantile, total } from "./metrics.js";
import { notice } from "./notice.js";

const EVERY_MS = 1000;
const KEPT = 600;

const rate = (...names) => (now, before, seconds) => {
  const [a, b] = [total(before, ...names), total(now, ...names)];
  return a === null || b === null ? null : (b - a) / seconds;
};
const level = (...names) => (now) => total(now, ...names);
const ratio = (above, below, plus = 0) => (now, before, seconds) => {
  const [a, b] = [rate(...above)(now, before, seconds), rate(...below)(now, before, seconds)];
  return b > 0 ? plus + a / b : null;
};
const slow = (q, ...names) => (now, before) => {
  for (const name of names) {
    const found = buckets(now, name);
    if (found.length > 0) {
      const value = quantile(buckets(before, name), found, q);
      return value === null ? null : value * 1000;
    }
  }
  return null;
};

const DRAFTED = ["spec_decode_num_draft_tokens_total", "vllm:spec_decode_num_draft_tokens_total"];
const ACCEPTED = ["spec_decode_num_accepted_tokens_total", "vllm:spec_decode_num_accepted_tokens_total"];
const DRAFTS = ["spec_decode_num_drafts_total", "vllm:spec_decode_num_drafts_total"];
const FIRST = ["gen_ai_server_time_to_first_token_seconds", "updraft_time_to_first_token_seconds"];
const PER_TOKEN = ["gen_ai_server_time_per_output_token_seconds", "updraft_time_per_output_token_seconds"];

/** Charts: a title, a unit, and lines with a colour of the theme, a name and how to compute them. */
const CHARTS = [
  ["Tokens a second", "", [["ngram", "generated", rate("updraft_generated_tokens_total")], ["draft", "prefilled", rate("updraft_prefilled_tokens_total")]]],
  ["Sequences", "", [["ngram", "running", level("updraft_running_sequences")], ["eagle", "waiting", level("updraft_waiting_sequences")]]],
  ["Drafted tokens accepted", "%", [["ngram", "accepted", (...x) => times(100, ratio(ACCEPTED, DRAFTED)(...x))]]],
  ["Tokens a drafted round", "", [["ngram", "accept length", ratio(ACCEPTED, DRAFTS, 1)]]],
  ["Forwards and their rows, a second", "", [["target", "forwards", rate("updraft_steps_total")], ["draft", "rows", rate("updraft_rows_total")]]],
  ["Pages of keys and values", "", [["ngram", "used", level("updraft_pages_used")], ["target", "free", level("updraft_pages_free")]]],
  ["Time to first token", "ms", [["ngram", "median", slow(0.5, ...FIRST)], ["eagle", "95th", slow(0.95, ...FIRST)]]],
  ["Time per output token", "ms", [["ngram", "median", slow(0.5, ...PER_TOKEN)], ["eagle", "95th", slow(0.95, ...PER_TOKEN)]]],
];

function times(factor, value) {
  return value === null ? null : factor * value;
}

class LiveChart {
  #plot = null;

  constructor([title, unit, lines]) {
    this.lines = lines;
    this.unit = unit;
    this.values = lines.map(() => []);
    this.place = h("div", { class: "plot" });
    this.now = lines.map(() => h("b", {}, "–"));
    const key = lines.map(([colour, name], i) => h("li", { class: `key o-${colour}` }, h("span", { class: "swatch", "aria-hidden": "true" }), `${name} `, this.now[i], unit ? ` ${unit}` : ""));
    this.element = h("figure", { class: "panel live-chart" }, h("figcaption", {}, h("h2", {}, title)), h("ul", { class: "legend" }, key), this.place);
    onWidth(this.place, (width) => this.#resize(width));
  }

  #resize(width) {
    if (this.#plot === null) {
      this.#build(width);
    } else {
      this.#plot.setSize({ width, height: 150 });
    }
  }

  #build(width) {
    const ink = colour("--ink-3");
    const line = colour("--line");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    this.#plot = new uPlot(
      {
        width,
        height: 150,
        legend: { show: false },
        cursor: { points: { show: false }, drag: { x: false, y: false } },
        scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
        axes: [{ ...axis, space: 80, size: 28, values: (_, times) => times.map(clock) }, { ...axis, size: 44, space: 32 }],
        series: [{}, ...this.lines.map(([name, label]) => ({ label, stroke: colour(`--${name}`), width: 1.75, points: { show: false }, spanGaps: false }))],
      },
      [this.times ?? [], ...this.values],
      this.place,
    );
  }

  /** In the theme's colours again. */
  repaint() {
    const width = this.place.clientWidth;
    this.#plot?.destroy();
    this.#plot = null;
    if (width > 0) {
      this.#build(width);
    }
  }

  add(times, now, before, seconds) {
    this.times = times;
    this.lines.forEach(([, , compute], i) => {
      const value = compute(now, before, seconds);
      this.values[i].push(Number.isFinite(value) ? value : null);
      this.values[i].splice(0, this.values[i].length - KEPT);
      this.now[i].textContent = value === null || !Number.isFinite(value) ? "–" : fixed(value, value < 10 && value !== Math.round(value) ? 1 : 0);
    });
    this.#plot?.setData([times, ...this.values]);
  }
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

function colour(name) {
  const probe = document.getElementById("probe");
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export class EngineView {
  #times = [];
  #before = null;
  #beforeAt = 0;
  #timer = null;

  constructor() {
    this.charts = CHARTS.map((chart) => new LiveChart(chart));
    this.problem = h("div");
    this.table = h("tbody");
    this.filter = h("input", { type: "search", id: "metric-filter", placeholder: "part of a name", oninput: () => this.#list() });
    this.element = h(
      "div",
      { class: "engine" },
      h("h1", {}, "Engine"),
      this.problem,
      h("div", { class: "charts" }, this.charts.map((chart) => chart.element)),
      h(
        "details",
        { class: "panel all-metrics", ontoggle: () => this.#list() },
        h("summary", {}, "All metrics"),
        h("div", { class: "field" }, h("label", { for: "metric-filter" }, "Filter"), this.filter),
        h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Metric"), h("th", { scope: "col", class: "num" }, "Value"))), this.table),
      ),
    );
    addEventListener("themechange", () => this.charts.forEach((chart) => chart.repaint()));
  }

  show() {
    this.#scrape();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #scrape() {
    this.#timer = setTimeout(() => this.#scrape(), EVERY_MS);
    const mine = this.#timer;
    try {
      const samples = parse(await getText("/metrics"));
      const at = performance.now();
      if (this.#before !== null) {
        this.#times.push(Date.now() / 1000);
        this.#times.splice(0, this.#times.length - KEPT);
        this.charts.forEach((chart) => chart.add(this.#times, samples, this.#before, (at - this.#beforeAt) / 1000));
      }
      this.#before = samples;
      this.#beforeAt = at;
      this.problem.replaceChildren();
      this.#list();
    } catch (problem) {
      if (problem.status === undefined) {
        throw problem;
      }
      if (this.#timer === mine) {
        clearTimeout(mine);
      }
      this.#before = null;
      this.problem.replaceChildren(notice(problem, () => this.#scrape()));
    }
  }

  #list() {
    if (!this.table.closest("details").open || this.#before === null) {
      return;
    }
    const wanted = this.filter.value.toLowerCase();
    const rows = this.#before
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map(({ name, labels, value }) => {
        const pairs = Object.entries(labels).map(([label, of]) => `${label}=${of}`).join(" ");
        return h("tr", {}, h("td", {}, name, " ", h("span", { class: "quiet" }, pairs)), h("td", { class: "num" }, String(value)));
      });
    this.table.replaceChildren(...rows);
  }
}
