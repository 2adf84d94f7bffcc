// Every option of a request as a form: what is left empty is not sent.

import { h, freshId } from "./dom.js";
import { modelCards } from "./model.js";

const number = (name, label, placeholder, hint, step = "any") => ({ kind: "number", name, label, placeholder, hint, step });

const GROUPS = [
  {
    title: "Speculation",
    open: true,
    fields: [
      { kind: "choice", name: "speculation.method", label: "Method", choices: ["auto", "off", "ngram", "eagle", "draft"], hint: "Who drafts; auto only as far as it pays" },
      number("speculation.nodes", "Nodes", "auto", "Drafted tokens in a tree, at most", "1"),
      number("speculation.depth", "Depth", "auto", "Longest path in the tree", "1"),
      number("speculation.topk", "Top k", "auto", "Children of a node, at most", "1"),
      { kind: "choice", name: "speculation.match", label: "N-gram match", choices: ["", "recency", "frequency"], hint: "Which earlier continuation is drafted first" },
      { kind: "lines", name: "prediction", label: "Prediction", placeholder: "Text that the answer will likely repeat", hint: "Drafted from, as OpenAI's predicted outputs" },
    ],
  },
  {
    title: "Sampling",
    open: true,
    fields: [
      number("max_tokens", "Max tokens", "256", "Longest answer", "1"),
      number("temperature", "Temperature", "0", "0 always takes the likeliest token"),
      number("seed", "Seed", "random", "The same seed gives the same answer", "1"),
      number("top_p", "Top p", "1", "Smallest set of tokens with this probability"),
      number("top_k", "Top k", "0", "The likeliest so many; 0 is all", "1"),
      number("min_p", "Min p", "0", "Least probability, as a share of the likeliest"),
    ],
  },
  {
    title: "Penalties",
    fields: [
      number("repetition_penalty", "Repetition", "1", "Above 1 makes tokens that occurred less likely"),
      number("frequency_penalty", "Frequency", "0", "For each time a token occurred"),
      number("presence_penalty", "Presence", "0", "Once a token has occurred"),
      { kind: "json", name: "logit_bias", label: "Logit bias", placeholder: '{"42": -100}', hint: "JSON: token id to bias" },
    ],
  },
  {
    title: "Output",
    fields: [
      { kind: "stops", name: "stop", label: "Stop strings", placeholder: "one a line", hint: "The answer ends before any of these" },
      number("n", "Answers (n)", "1", "So many answers, each its own sequence", "1"),
      number("top_logprobs", "Top log-probabilities", "none", "Alternatives told of each token", "1"),
      { kind: "json", name: "response_format", label: "Response format", placeholder: '{"type": "json_object"}', hint: "JSON: json_object or json_schema" },
      { kind: "json", name: "tools", label: "Tools", placeholder: '[{"type": "function", "function": {…}}]', hint: "JSON: functions that a chat may call", chat: true },
      { kind: "flag", name: "ignore_eos", label: "Go on after the end token" },
    ],
  },
  {
    title: "More",
    fields: [
      number("trace_level", "Trace level", "server's", "0 to 3: how fine its exported spans are", "1"),
      { kind: "json", name: "", label: "Other fields", placeholder: '{"user": "me"}', hint: "JSON: added to the request as it is" },
    ],
  },
];

/** Sent when a field is left empty, where the server's own default suits a page less. */
const DEFAULTS = { max_tokens: 256, temperature: 0 };

const KEPT = "updraft-options";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

/** The form. `omit` leaves fields out that the caller sets by itself. */
export class OptionsForm {
  #fields = [];

  constructor({ omit = [], keep = false } = {}) {
    this.keep = keep;
    const values = keep ? kept() : {};
    this.element = h("form", { class: "options", autocomplete: "off", novalidate: true, onsubmit: (event) => event.preventDefault() });
    for (const group of GROUPS) {
      const fields = group.fields.filter((field) => !omit.includes(field.name));
      if (fields.length > 0) {
        this.element.append(
          h(
            "details",
            { open: group.open ?? false },
            h("summary", {}, group.title),
            h("div", { class: "fields" }, fields.map((field) => this.#row(field, values[field.label]))),
          ),
        );
      }
    }
    this.element.addEventListener("input", (event) => {
      this.#clear(event.target);
      this.#store();
    });
    this.#offerModels(values.Model);
  }

  /** Where there are several, which one is asked. */
  async #offerModels(chosen) {
    const names = (await modelCards()).map((card) => card.id);
    if (names.length > 1) {
      const field = { kind: "choice", name: "model", label: "Model", choices: names, hint: "Loaded when it is first asked" };
      this.element.querySelector(".fields").prepend(this.#row(field, chosen));
    }
  }

  #row(field, value) {
    const id = freshId("option");
    const common = { id, name: field.name, "aria-describedby": `${id}-hint`, "data-field": field.name };
    let input;
    if (field.kind === "choice") {
      input = h("select", common, field.choices.map((choice) => h("option", { value: choice, selected: choice === value }, choice || "default")));
    } else if (field.kind === "flag") {
      input = h("input", { ...common, type: "checkbox", checked: value === true });
    } else if (field.kind === "number") {
      input = h("input", { ...common, type: "text", inputmode: "decimal", placeholder: field.placeholder, value: value ?? "" });
    } else {
      input = h("textarea", { ...common, rows: field.kind === "lines" ? 3 : 2, placeholder: field.placeholder, spellcheck: "false", value: value ?? "" });
    }
    const problem = h("p", { class: "problem", id: `${id}-problem`, role: "alert" });
    this.#fields.push({ ...field, input, problem });
    const label = h("label", { for: id }, field.label);
    const hint = h("span", { class: "hint", id: `${id}-hint` }, field.hint ?? "");
    const wide = field.kind === "json" || field.kind === "lines" || field.kind === "stops";
    return h("div", { class: `field ${field.kind}${wide ? " wide" : ""}`, title: field.hint }, label, input, hint, problem);
  }

  #store() {
    if (this.keep) {
      const values = Object.fromEntries(this.#fields.map(({ label, kind, input }) => [label, kind === "flag" ? input.checked : input.value]));
      localStorage.setItem(KEPT, JSON.stringify(values));
    }
  }

  /** The fields of a body. Throws a FieldError for what cannot even be sent. */
  body(chat) {
    const body = { ...DEFAULTS };
    for (const field of this.#fields) {
      const value = this.#value(field);
      if (value === undefined || (field.chat && !chat)) {
        continue;
      }
      if (field.name === "") {
        Object.assign(body, value);
      } else if (field.name.startsWith("speculation.")) {
        body.speculation = { ...body.speculation, [field.name.slice("speculation.".length)]: value };
      } else {
        body[field.name] = value;
      }
    }
    if (body.prediction !== undefined) {
      body.prediction = { type: "content", content: body.prediction };
    }
    if (body.top_logprobs !== undefined) {
      const top = body.top_logprobs;
      delete body.top_logprobs;
      Object.assign(body, chat ? { logprobs: true, top_logprobs: top } : { logprobs: top });
    }
    return body;
  }

  #value(field) {
    const { kind, input } = field;
    if (kind === "flag") {
      return input.checked ? true : undefined;
    }
    const text = kind === "lines" ? input.value : input.value.trim();
    if (text === "") {
      return undefined;
    }
    if (kind === "number") {
      const value = Number(text);
      if (!Number.isFinite(value)) {
        throw new FieldError(field.name, `${field.label} must be a number: ${text}`);
      }
      return value;
    }
    if (kind === "stops") {
      return text.split("\n").filter((line) => line !== "");
    }
    if (kind === "json") {
      try {
        return JSON.parse(text);
      } catch (problem) {
        throw new FieldError(field.name, `${field.label} must be JSON: ${problem.message}`);
      }
    }
    return text;
  }

  /** Shows a refusal beside its field; false when there is no such field. */
  showProblem(name, message) {
    const of = { logprobs: "top_logprobs", max_completion_tokens: "max_tokens", speculation: "speculation.method" };
    const wanted = of[name] ?? name;
    const field = this.#fields.find((one) => one.name === wanted || (one.name !== "" && wanted?.startsWith(`${one.name}.`)));
    if (!field) {
      return false;
    }
    field.input.closest("details").open = true;
    field.problem.textContent = message;
    field.input.setAttribute("aria-invalid", "true");
    field.input.setAttribute("aria-errormessage", field.problem.id);
    field.input.focus();
    return true;
  }

  clearProblems() {
    this.#fields.forEach(({ input }) => this.#clear(input));
  }

  #clear(input) {
    const field = this.#fields.find((one) => one.input === input);
    if (field?.problem.textContent) {
      field.problem.textContent = "";
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-errormessage");
    }
  }
}

/** An option that cannot be sent; `param` is its name, as in the server's refusals. */
export class FieldError extends Error {
  constructor(param, message) {
    super(message);
    this.param = param;
    this.status = 400;
  }
}
