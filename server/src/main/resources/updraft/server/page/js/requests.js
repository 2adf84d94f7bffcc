// The requests that the server remembers, and each of them from inside.

import { getJson } from "./api.js";
import { h } from "./dom.js";
import { count, duration, fixed, percent } from "./format.js";
import { fetchDetail, inspect } from "./inspector.js";
import { notice } from "./notice.js";

const COLUMNS = [
  ["When", (r) => new Date(r.created * 1000).toLocaleTimeString()],
  ["Method", (r) => r.method],
  ["State", (r) => r.finish_reason ?? r.status],
  ["Prompt", (r) => count(r.prompt_tokens), "num"],
  ["Answer", (r) => count(r.completion_tokens), "num"],
  ["Rounds", (r) => count(r.rounds), "num"],
  ["Accepted", (r) => (r.drafted > 0 ? percent(r.accepted / r.drafted) : "–"), "num"],
  ["τ", (r) => fixed(r.accept_length, 2), "num"],
  ["Time", (r) => duration(r.duration_ms), "num"],
];

export class RequestsView {
  constructor() {
    this.body = h("tbody");
    this.problem = h("div");
    this.empty = h("p", { class: "quiet" }, "No request yet: ask something under Run.");
    this.list = h(
      "div",
      { class: "list" },
      h("header", { class: "list-head" }, h("h1", {}, "Requests"), h("button", { type: "button", class: "small", onclick: () => this.refresh() }, "Refresh")),
      this.problem,
      h(
        "div",
        { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Requests" },
        h(
          "table",
          { class: "requests" },
          h("thead", {}, h("tr", {}, COLUMNS.map(([name, , kind]) => h("th", { scope: "col", class: kind }, name)))),
          this.body,
        ),
      ),
      this.empty,
    );
    this.look = h("div", { class: "look wide-look" });
    this.element = h("div", { class: "requests-view" }, this.list, this.look);
  }

  async show(id) {
    await this.refresh(id);
    if (id) {
      await this.#inspect(id);
    } else {
      this.look.replaceChildren();
    }
  }

  async refresh(selected = null) {
    try {
      const { requests } = await getJson("/debug/requests");
      this.problem.replaceChildren();
      this.empty.hidden = requests.length > 0;
      this.body.replaceChildren(...requests.map((request) => row(request, selected)));
    } catch (problem) {
      this.#failed(problem, () => this.refresh(selected));
    }
  }

  async #inspect(id) {
    try {
      const detail = await fetchDetail(id);
      this.look.replaceChildren(inspect(detail).element);
    } catch (problem) {
      this.look.replaceChildren();
      this.#failed(problem, () => this.show(id));
    }
  }

  #failed(problem, retry) {
    if (problem.status === undefined) {
      throw problem;
    }
    this.problem.replaceChildren(notice(problem, retry));
  }
}

function row(request, selected) {
  const chosen = request.id === selected;
  return h(
    "tr",
    { class: chosen ? "chosen" : null, onclick: () => { location.hash = `#/requests/${encodeURIComponent(request.id)}`; } },
    COLUMNS.map(([, value, kind], i) =>
      h(
        "td",
        { class: kind },
        i === 0 ? h("a", { href: `#/requests/${encodeURIComponent(request.id)}`, "aria-current": chosen ? "true" : null }, value(request)) : value(request),
      ),
    ),
  );
}
