// Numbers and tokens as people read them.

/** Milliseconds with the unit that keeps three digits. */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) {
    return "–";
  }
  if (ms === 0) {
    return "0";
  }
  if (ms < 1) {
    return `${Math.round(ms * 1000)} µs`;
  }
  if (ms < 100) {
    return `${ms.toFixed(1)} ms`;
  }
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export function fixed(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

export function percent(share) {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : "–";
}

/** A probability in three characters, or a dash where none was computed. */
export function probability(p) {
  if (p === null || p === undefined || !Number.isFinite(p)) {
    return "–";
  }
  if (p >= 0.995) {
    return "1.0";
  }
  return p < 0.005 ? "0" : p.toFixed(2).slice(1);
}

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 1, notation: "compact" });

export function count(value) {
  return Number.isFinite(value) ? (value < 10_000 ? String(Math.round(value)) : COUNT.format(value)) : "–";
}

export function plural(value, noun) {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}

/** A token with its white space to be seen. */
export function visible(text) {
  if (text === "") {
    return "∅";
  }
  return text.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll("\r", "␍");
}

export function shorten(text, length) {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

export const ORIGINS = {
  target: "target",
  ngram: "n-gram",
  eagle: "EAGLE",
  draft: "draft model",
};

/** The origin of tokens that a method drafts; auto drafts with n-grams. */
export function originOf(method) {
  return method in ORIGINS && method !== "target" ? method : "ngram";
}

/** Ticks at round numbers in [from, to], about as many as asked for. */
export function ticks(from, to, wanted) {
  const raw = (to - from) / Math.max(1, wanted);
  if (!(raw > 0)) {
    return [from];
  }
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  const found = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    found.push(i * step);
  }
  return found;
}
