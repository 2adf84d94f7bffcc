// Prometheus' text format, as far as charts need it.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Samples of a scrape: `[{name, labels, value}]`. */
export function parse(text) {
  const samples = [];
  for (const line of text.split("\n")) {
    const match = line.startsWith("#") ? null : LINE.exec(line);
    if (match) {
      const labels = Object.fromEntries([...(match[2] ?? "").matchAll(LABEL)].map(([, name, value]) => [name, value]));
      samples.push({ name: match[1], labels, value: Number(match[3]) });
    }
  }
  return samples;
}

/** The sum over all labels of the first of these names that there is, or null. */
export function total(samples, ...names) {
  for (const name of names) {
    const found = samples.filter((sample) => sample.name === name);
    if (found.length > 0) {
      return found.reduce((sum, sample) => sum + sample.value, 0);
    }
  }
  return null;
}

/** Cumulative buckets of a histogram, summed over its other labels: `[[upper bound, count]]`. */
export function buckets(samples, name) {
  const sums = new Map();
  for (const sample of samples) {
    if (sample.name === `${name}_bucket`) {
      const bound = sample.labels.le === "+Inf" ? Infinity : Number(sample.labels.le);
      sums.set(bound, (sums.get(bound) ?? 0) + sample.value);
    }
  }
  return [...sums].sort((a, b) => a[0] - b[0]);
}

/** The quantile of what came between two scrapes, or null when nothing came. */
export function quantile(before, now, q) {
  const counts = now.map(([bound, value], i) => [bound, value - (before[i]?.[1] ?? 0)]);
  const all = counts.at(-1)?.[1] ?? 0;
  if (!(all > 0)) {
    return null;
  }
  const wanted = q * all;
  const at = counts.findIndex(([, value]) => value >= wanted);
  const [upper, value] = counts[at];
  const [lower, below] = at === 0 ? [0, 0] : counts[at - 1];
  return upper === Infinity ? lower : lower + ((wanted - below) / (value - below)) * (upper - lower);
}
