// Everything that is known of one request: its rounds and their trees, its time, why it was as fast.

import { getJson } from "./api.js";
import { acceptedHistogram, budgetCurve, byPositionCurve, costCurve, factorSteps } from "./charts.js";
import { h } from "./dom.js";
import { duration, fixed, originOf, percent, plural } from "./format.js";
import { RoundStrip } from "./rounds.js";
import { Timeline } from "./timeline.js";
import { drawTree } from "./tree.js";

/** Fetches what /debug/requests keeps of a request. */
export async function fetchDetail(id) {
  return getJson(`/debug/requests/${encodeURIComponent(id)}`);
}

function panel(title, note, ...content) {
  return h(
    "section",
    { class: "panel" },
    h("header", { class: "panel-head" }, h("h2", {}, title), note ? h("span", { class: "note" }, note) : null),
    content,
  );
}

function figure(value, label) {
  return h("div", { class: "fact" }, h("dd", {}, value), h("dt", {}, label));
}

function facts(detail) {
  const rate = detail.drafted > 0 ? percent(detail.accepted / detail.drafted) : "–";
  const explained = detail.explanation ?? {};
  return h(
    "dl",
    { class: "facts" },
    figure(fixed(detail.accept_length, 2), "tokens a round (τ)"),
    figure(rate, "of drafts accepted"),
    figure(explained.actual_speedup ? `${fixed(explained.actual_speedup, 2)}×` : "–", "actual speed-up"),
    figure(explained.predicted_speedup ? `${fixed(explained.predicted_speedup, 2)}×` : "–", "predicted"),
    figure(duration(detail.duration_ms), "in all"),
  );
}

/**
 * Which tokens of the answer each round brought, [from, to): those after its root, whose position
 * is known. Without positions, the first token comes with the prompt and the rounds follow.
 */
export function tokensByRound(detail) {
  let next = 1;
  return roundsOf(detail, 0).map((round) => {
    const from = Number.isInteger(round.position) ? round.position + 1 - detail.prompt_tokens : next;
    next = from + round.accepted + (round.bonus ? 1 : 0);
    return [from, next];
  });
}

/** The rounds of one answer; a request that was not recorded has none. */
export function roundsOf(detail, choice) {
  return Array.isArray(detail.rounds) ? detail.rounds.filter((round) => (round.choice ?? 0) === choice) : [];
}

/** Texts drafted in a round and not kept, the first few. */
export function rejectedTexts(round) {
  const { tree } = round;
  return (tree?.text ?? []).filter((_, node) => node > 0 && !tree.accepted[node]).slice(0, 6);
}

function roundLine(round) {
  const nodes = (round.tree?.token.length ?? 1) - 1;
  const parts = [`${plural(nodes, "node")} drafted in ${duration(round.draft_ms ?? 0)}`];
  if (round.rows) {
    parts.push(`verified with ${plural(round.rows, "row")} in ${duration(round.verify_ms)}`);
  }
  if (round.batch_size > 1) {
    parts.push(`${round.batch_size} sequences in the batch`);
  }
  return `${parts.join(", ")}; ${plural(round.accepted, "token")} accepted`;
}

function roundsPanel(detail, linked) {
  const { rounds } = detail;
  if (rounds.length === 0) {
    return { element: panel("Rounds", "", h("p", { class: "quiet" }, "This request had no round: one token, or none, was asked for.")) };
  }
  const title = h("h2", {});
  const line = h("p", { class: "round-line" });
  const readout = h("output", { class: "readout", "aria-live": "polite" }, "Point at a node, or walk with the arrow keys");
  const place = h("div", { class: "tree-place" });
  const strip = new RoundStrip(rounds, (index) => {
    const round = rounds[index];
    title.textContent = `Round ${round.round}`;
    line.textContent = roundLine(round);
    place.replaceChildren(round.tree ? drawTree(round, readout) : h("p", { class: "quiet" }, "No tree was kept of this round."));
    linked(index, round);
  });
  const go = (by, label, sign) =>
    h("button", { type: "button", class: "small", "aria-label": label, title: label, onclick: () => strip.select(strip.selected + by) }, sign);
  const key = h(
    "p",
    { class: "tree-key" },
    h("span", { class: "bar-key draft" }), "draft's probability ",
    h("span", { class: "bar-key target" }), "target's probability",
  );
  const element = h(
    "section",
    { class: "panel tree-panel" },
    h("header", { class: "panel-head" }, title, h("span", { class: "note" }, `of ${rounds.length}`), go(-1, "Round before", "‹"), go(1, "Next round", "›")),
    strip.element,
    line,
    place,
    readout,
    key,
  );
  return { element, strip };
}

/** The round that shows most: the deepest accepted path. */
function mostTelling(rounds) {
  return rounds.reduce((best, round, i) => (round.accepted > rounds[best].accepted ? i : best), 0);
}

function whyPanel(detail) {
  const explained = detail.explanation;
  if (!explained) {
    return null;
  }
  const chosen = roundsOf(detail, 0).at(-1)?.nodes_chosen ?? null;
  const parts = Object.entries(explained.parts ?? {}).filter(([, value]) => Number.isFinite(value) && value > 0);
  return panel(
    "Why this fast",
    "",
    (explained.words ?? []).map((sentence) => h("p", { class: "say" }, sentence)),
    parts.length === 0 ? null : factorSteps(parts.map(([name, value]) => [name.replaceAll("_", " "), value]), explained.actual_speedup),
    h(
      "div",
      { class: "pair" },
      explained.budgets?.length ? budgetCurve(explained.budgets, chosen) : null,
      explained.cost_curve?.length ? costCurve(explained.cost_curve) : null,
    ),
  );
}

function choicesOf(detail) {
  return [...new Set((Array.isArray(detail.rounds) ? detail.rounds : []).map((round) => round.choice ?? 0))].sort((a, b) => a - b);
}

/** A choice's own view of a request: its rounds, and the spans that are not another one's. */
function ofChoice(detail, choice) {
  const rounds = roundsOf(detail, choice);
  const spans = (detail.spans ?? []).filter((span) => span.round === undefined || (span.choice ?? 0) === choice);
  return { ...detail, rounds, spans };
}

function notRecorded() {
  return panel(
    "Not recorded",
    "",
    h("p", { class: "quiet" }, "Rounds are kept for requests with the field “debug”: true, which this page always sends."),
  );
}

/**
 * The panels of a request.
 *
 * @param onRound told of the round that is looked at: its index, the round, its tokens [from, to)
 */
export function inspect(detail, onRound = () => {}) {
  if (!Array.isArray(detail.rounds)) {
    return { element: h("div", { class: "inspector" }, facts(detail), notRecorded()), selectRound: () => {}, roundOfToken: () => -1 };
  }
  const choices = choicesOf(detail);
  const place = h("div", { class: "inspector" });
  const show = (choice) => {
    const look = inspectChoice(ofChoice(detail, choice), choice === 0 ? onRound : () => {});
    place.replaceChildren(...(choices.length > 1 ? [choiceBar(choices, choice, show)] : []), ...look.panels);
    return look;
  };
  const { selectRound, roundOfToken } = show(choices[0] ?? 0);
  return { element: place, selectRound, roundOfToken };
}

function choiceBar(choices, current, show) {
  const buttons = choices.map((choice) =>
    h("button", { type: "button", class: "small", "aria-pressed": String(choice === current), onclick: () => show(choice) }, `Answer ${choice + 1}`),
  );
  return h("div", { class: "bar-line", role: "group", "aria-label": "Which answer" }, buttons);
}

function inspectChoice(detail, onRound) {
  const spans = tokensByRound(detail);
  const origin = originOf(detail.rounds.find((round) => round.accepted > 0)?.method ?? detail.method);
  let timeline = null;
  const { element: rounds, strip } = roundsPanel(detail, (index, round) => {
    timeline?.showRound(round.round);
    onRound(index, round, spans[index] ?? [0, 0]);
  });
  timeline = new Timeline(detail, (number) => strip?.select(detail.rounds.findIndex((round) => round.round === number)));
  const trace = detail.trace_id && !/^0*$/.test(detail.trace_id) ? `trace ${detail.trace_id}` : "";
  const panels = [
    facts(detail),
    rounds,
    panel("Timeline", trace, timeline.element),
    panel(
      "Acceptance",
      "",
      h("div", { class: "pair" }, acceptedHistogram(detail.histogram ?? [], origin), byPositionCurve(detail.by_position ?? [], origin)),
    ),
    whyPanel(detail),
  ].filter((one) => one !== null);
  const selectRound = (index) => strip?.select(index);
  if (strip) {
    selectRound(mostTelling(detail.rounds));
  }
  return { panels, selectRound, roundOfToken: (token) => spans.findIndex(([from, to]) => token >= from && token < to) };
}
