// The draft tree of a round: left to right by depth, what became text along the top.

import { h, s } from "./dom.js";
import { originOf, plural, probability, shorten, visible } from "./format.js";

const ROW = 54;
const GAP = 34;
const NODE = 44;
const LETTER = 7.9;
const PAD = 12;
const MOST_LETTERS = 14;

/** Children by node; the accepted one first, so that the path that was kept is the top row. */
function childrenOf(tree) {
  const children = tree.parent.map(() => []);
  tree.parent.forEach((parent, node) => {
    if (parent >= 0) {
      children[parent].push(node);
    }
  });
  for (const siblings of children) {
    siblings.sort((a, b) => Number(tree.accepted[b]) - Number(tree.accepted[a]));
  }
  return children;
}

/** Places: a parent stands beside its first child, leaves below one another. */
function placed(round) {
  const { tree, bonus } = round;
  const children = childrenOf(tree);
  const nodes = tree.token.map((token, node) => ({
    node,
    token,
    text: tree.text[node],
    parent: tree.parent[node],
    depth: tree.depth[node],
    draft: tree.draft_probability[node],
    target: tree.target_probability[node],
    kind: node === 0 ? "root" : tree.accepted[node] ? "accepted" : "rejected",
    children: children[node],
  }));
  if (bonus) {
    let last = 0;
    for (const node of nodes) {
      last = node.kind === "accepted" && node.depth > nodes[last].depth ? node.node : last;
    }
    const place = nodes.length;
    nodes.push({
      node: place, token: bonus.token, text: bonus.text, parent: last, depth: nodes[last].depth + 1,
      draft: null, target: bonus.probability ?? null, kind: "bonus", children: [],
    });
    nodes[last].children = [place, ...nodes[last].children];
  }
  let rows = 0;
  const place = (node) => {
    node.row = rows;
    node.children.forEach((child, i) => {
      rows += i > 0 ? 1 : 0;
      place(nodes[child]);
    });
  };
  place(nodes[0]);
  return { nodes, rows: rows + 1 };
}

function columns(nodes) {
  const widths = [];
  for (const node of nodes) {
    node.label = shorten(visible(node.text), MOST_LETTERS);
    const width = Math.max(78, Array.from(node.label).length * LETTER + 2 * PAD);
    widths[node.depth] = Math.max(widths[node.depth] ?? 0, width);
  }
  const lefts = [];
  widths.reduce((x, width, depth) => {
    lefts[depth] = x;
    return x + width + GAP;
  }, 1);
  return { widths, lefts };
}

function described(node) {
  const what = {
    root: "root, the last token before this round",
    accepted: "accepted",
    rejected: "rejected",
    bonus: "bonus, the target's own token",
  }[node.kind];
  const p = node.kind === "root" ? "" : `; draft ${probability(node.draft)}, target ${probability(node.target)}`;
  return `${visible(node.text)}: ${what}${p}; token ${node.token}`;
}

function edge(from, to, x1, x2) {
  const y1 = from.row * ROW + NODE / 2 + 1;
  const y2 = to.row * ROW + NODE / 2 + 1;
  const middle = x1 + (x2 - x1) / 2;
  const path = y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  const width = to.draft === null ? 2 : 1 + 3 * Math.max(0, Math.min(1, to.draft || 0));
  return s("path", { class: `edge ${to.kind}`, d: path, "stroke-width": width.toFixed(1) });
}

function bar(kind, share, y, width) {
  const length = Number.isFinite(share) && share !== null ? Math.max(1, share * width) : 0;
  return s("rect", { class: `bar ${kind}`, x: PAD, y, width: length.toFixed(1), height: 2.5, rx: 1 });
}

function box(node, x, width) {
  const inner = width - 2 * PAD;
  const group = s(
    "g",
    {
      class: `node ${node.kind}`, transform: `translate(${x} ${node.row * ROW + 1})`, role: "treeitem",
      "aria-level": node.depth + 1, "aria-label": described(node), tabindex: "-1", data: { node: node.node },
    },
    s("rect", { class: "box", width, height: NODE, rx: 7 }),
    s("text", { class: "word", x: PAD, y: 17 }, node.label),
  );
  if (node.kind === "root") {
    group.append(s("text", { class: "p", x: PAD, y: 34 }, "root"));
  } else if (node.kind === "bonus") {
    group.append(s("text", { class: "p", x: PAD, y: 34 }, node.target === null ? "bonus" : `bonus ${probability(node.target)}`));
  } else {
    group.append(
      s("text", { class: "p draft", x: PAD, y: 31 }, probability(node.draft)),
      s("text", { class: "p target", x: width - PAD, y: 31, "text-anchor": "end" }, probability(node.target)),
      bar("draft", node.draft, 34.5, inner),
      bar("target", node.target, 38.5, inner),
    );
  }
  return group;
}

/** The tree with its own keyboard: arrows go to parent, child and siblings. */
export function drawTree(round, readout) {
  const { nodes, rows } = placed(round);
  const { widths, lefts } = columns(nodes);
  const width = lefts.at(-1) + widths.at(-1) + 2;
  const height = rows * ROW - (ROW - NODE) + 2;
  const kept = plural(round.accepted, "token");
  const svg = s("svg", {
    class: `tree o-${originOf(round.method)}`, width, height, viewBox: `0 0 ${width} ${height}`, role: "tree",
    "aria-label": `Draft tree of round ${round.round}: ${plural(nodes.length - (round.bonus ? 2 : 1), "node")}, ${kept} accepted`,
  });
  for (const node of nodes.slice(1)) {
    const from = nodes[node.parent];
    svg.append(edge(from, node, lefts[from.depth] + widths[from.depth], lefts[node.depth]));
  }
  const boxes = nodes.map((node) => box(node, lefts[node.depth], widths[node.depth]));
  svg.append(...boxes);
  boxes[0].setAttribute("tabindex", "0");
  const focus = (index) => {
    boxes.forEach((one) => one.setAttribute("tabindex", "-1"));
    boxes[index].setAttribute("tabindex", "0");
    boxes[index].focus();
  };
  const tell = (event) => {
    const group = event.target.closest?.(".node");
    if (group) {
      readout.textContent = described(nodes[Number(group.dataset.node)]);
    }
  };
  svg.addEventListener("pointerover", tell);
  svg.addEventListener("focusin", tell);
  svg.addEventListener("keydown", (event) => {
    const group = event.target.closest(".node");
    const next = group && neighbour(nodes, nodes[Number(group.dataset.node)], event.key);
    if (next !== undefined && next !== null) {
      event.preventDefault();
      event.stopPropagation();
      focus(next);
    }
  });
  return h("div", { class: "tree-scroll" }, svg);
}

function neighbour(nodes, node, key) {
  if (key === "ArrowRight") {
    return node.children[0];
  }
  if (key === "ArrowLeft") {
    return node.parent >= 0 ? node.parent : undefined;
  }
  if (key === "ArrowDown" || key === "ArrowUp") {
    const column = nodes.filter((one) => one.depth === node.depth).sort((a, b) => a.row - b.row);
    return column[column.indexOf(node) + (key === "ArrowDown" ? 1 : -1)]?.node;
  }
  return undefined;
}
