// Small charts in SVG, each with a table that says the same for those who cannot see it.

import { h, s, onWidth } from "./dom.js";
import { fixed, percent, plural, ticks } from "./format.js";

const HEIGHT = 150;
const LEFT = 42;
const BOTTOM = 22;
const TOP = 10;

/** A chart that redraws with its width; `rows` is its table, the head first. */
function chart(title, rows, draw) {
  const svg = s("svg", { class: "chart", height: HEIGHT, "aria-hidden": "true" });
  const table = h(
    "table",
    {},
    h("caption", {}, title),
    rows.map((row, i) => h("tr", {}, row.map((cell) => h(i === 0 ? "th" : "td", {}, String(cell))))),
  );
  const element = h("figure", { class: "figure" }, h("figcaption", {}, title), svg, h("div", { class: "for-readers" }, table));
  onWidth(element, (width) => {
    svg.setAttribute("width", String(width));
    svg.replaceChildren(...draw(width));
  });
  return element;
}

function yOf(share) {
  return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
}

function grid(width, most, format) {
  return ticks(0, most, 3).flatMap((value) => [
    s("line", { class: "grid", x1: LEFT, x2: width, y1: yOf(value / most), y2: yOf(value / most) }),
    s("text", { class: "tick", x: LEFT - 5, y: yOf(value / most) + 4, "text-anchor": "end" }, format(value)),
  ]);
}

function nothing(width, why) {
  return [s("text", { class: "tick", x: width / 2, y: HEIGHT / 2, "text-anchor": "middle" }, why)];
}

/** How many rounds kept how many drafted tokens. */
export function acceptedHistogram(histogram, origin) {
  const rows = [["accepted", "rounds"], ...histogram.map((rounds, accepted) => [accepted, rounds])];
  return chart("Accepted tokens a round", rows, (width) => {
    const most = Math.max(1, ...histogram);
    if (histogram.length === 0) {
      return nothing(width, "no round yet");
    }
    const step = (width - LEFT) / histogram.length;
    const bars = histogram.flatMap((rounds, accepted) => {
      const x = LEFT + accepted * step + step * 0.12;
      const kind = accepted === 0 ? "o-target" : `o-${origin}`;
      return [
        s(
          "rect",
          { class: `column ${kind}`, x, width: step * 0.76, y: yOf(rounds / most), height: yOf(0) - yOf(rounds / most), rx: 2 },
          s("title", {}, `${plural(rounds, "round")} with ${accepted} accepted`),
        ),
        s("text", { class: "tick", x: x + step * 0.38, y: HEIGHT - 6, "text-anchor": "middle" }, String(accepted)),
      ];
    });
    return [...grid(width, most, (value) => (Number.isInteger(value) ? String(value) : "")), ...bars];
  });
}

/** How often a drafted token at each depth was kept. */
export function byPositionCurve(positions, origin) {
  const rows = [
    ["position", "drafted", "accepted", "share"],
    ...positions.map((p) => [p.position, p.drafted, p.accepted, percent(p.accepted / p.drafted)]),
  ];
  const points = positions
    .filter((p) => p.drafted > 0)
    .map((p) => ({ x: p.position, y: p.accepted / p.drafted, title: `position ${p.position}: ${p.accepted} of ${p.drafted}`, weight: p.drafted }));
  return curve("Accepted by position in the draft", rows, points, {
    most: 1, origin, format: percent, why: "nothing was drafted",
  });
}

/** A line through points; `marked` is the x of the one to point out. */
export function curve(title, rows, points, { most, origin, format, marked = null, level = null, why = "no data" }) {
  return chart(title, rows, (width) => {
    if (points.length === 0) {
      return nothing(width, why);
    }
    const first = points[0].x;
    const last = points.at(-1).x;
    const xOf = (x) => LEFT + 12 + (last === first ? 0.5 : (x - first) / (last - first)) * (width - LEFT - 26);
    const path = points.map((p, i) => `${i === 0 ? "M" : "L"}${xOf(p.x).toFixed(1)} ${yOf(p.y / most).toFixed(1)}`).join("");
    const heaviest = Math.max(...points.map((p) => p.weight ?? 1));
    const drawn = [...grid(width, most, format)];
    if (level !== null) {
      drawn.push(s("line", { class: "level", x1: LEFT, x2: width, y1: yOf(level / most), y2: yOf(level / most) }));
    }
    drawn.push(s("path", { class: `line o-${origin}`, d: path }));
    let free = -Infinity;
    for (const p of points) {
      const chosen = p.x === marked;
      drawn.push(
        s(
          "circle",
          { class: `dot o-${origin}${chosen ? " chosen" : ""}`, cx: xOf(p.x), cy: yOf(p.y / most), r: chosen ? 5.5 : 2.5 + 2 * Math.sqrt((p.weight ?? 0.4) / heaviest) },
          s("title", {}, p.title ?? `${p.x}: ${format(p.y)}`),
        ),
      );
      if (xOf(p.x) > free) {
        drawn.push(s("text", { class: "tick", x: xOf(p.x), y: HEIGHT - 6, "text-anchor": "middle" }, String(p.x)));
        free = xOf(p.x) + 22;
      }
    }
    return drawn;
  });
}

/** Factors whose product is the speed-up, each bar from the product so far to the next, in logs. */
export function factorSteps(factors, speedup) {
  const rows = [["factor", "value"], ...factors.map(([name, value]) => [name, fixed(value, 2)]), ["speed-up", fixed(speedup, 2)]];
  const line = 24;
  const products = [1];
  factors.forEach(([, value]) => products.push(products.at(-1) * value));
  const low = Math.min(1, ...products) / 1.1;
  const high = Math.max(1, ...products) * 1.1;
  const all = [...factors.map(([name, value], i) => [name, value, products[i], products[i + 1]]), ["speed-up", speedup, 1, speedup]];
  const element = chart("What it is made of: factors that multiply to the speed-up", rows, (width) => {
    const left = 108;
    const right = width - 52;
    const xOf = (value) => left + (Math.log(value / low) / Math.log(high / low)) * (right - left);
    const drawn = [s("line", { class: "level", x1: xOf(1), x2: xOf(1), y1: 0, y2: all.length * line })];
    all.forEach(([name, value, from, to], i) => {
      const last = i === all.length - 1;
      const [a, b] = [xOf(Math.min(from, to)), xOf(Math.max(from, to))];
      const kind = last ? "total" : value >= 1 ? "gain" : "loss";
      drawn.push(
        s("text", { class: `factor${last ? " total" : ""}`, x: 0, y: i * line + 16 }, name),
        s("rect", { class: `step ${kind}`, x: a, y: i * line + 5, width: Math.max(1.5, b - a), height: line - 10, rx: 2 }),
        s("text", { class: `factor num${last ? " total" : ""}`, x: width, y: i * line + 16, "text-anchor": "end" }, `× ${fixed(value, 2)}`),
      );
    });
    return drawn;
  });
  element.querySelector("svg").setAttribute("height", String(all.length * line));
  return element;
}

/** The speed-up that the policy predicts for each budget, the chosen one pointed out. */
export function budgetCurve(budgets, chosen) {
  const rows = [["nodes", "predicted speed-up"], ...budgets.map((b) => [b.nodes, fixed(b.predicted_speedup, 2)])];
  const points = budgets.map((b) => ({ x: b.nodes, y: b.predicted_speedup, title: `${b.nodes} nodes: ${fixed(b.predicted_speedup, 2)}×` }));
  const most = Math.max(1.2, ...points.map((p) => p.y)) * 1.05;
  return curve("Speed-up predicted by nodes drafted", rows, points, {
    most, origin: "target", format: (v) => `${fixed(v, 1)}×`, marked: chosen, level: 1,
  });
}

/** What a forward costs by rows on this machine. */
export function costCurve(costs) {
  const rows = [["rows", "ms"], ...costs.map((c) => [c.rows, fixed(c.ms, 2)])];
  const points = costs.map((c) => ({ x: c.rows, y: c.ms, title: `${c.rows} rows: ${fixed(c.ms, 2)} ms` }));
  const most = Math.max(0.1, ...points.map((p) => p.y)) * 1.05;
  return curve("What a forward costs by rows, ms", rows, points, {
    most, origin: "target", format: (v) => String(Number(v.toPrecision(2))),
  });
}
