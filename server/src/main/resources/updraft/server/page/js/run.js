// The view that people land on: ask, watch the answer, look into it.

import { Answer } from "./answer.js";
import { h } from "./dom.js";
import { fetchDetail, inspect } from "./inspector.js";
import { modelCard, STARTERS } from "./model.js";
import { notice } from "./notice.js";
import { OptionsForm } from "./options.js";
import { drawTree } from "./tree.js";

const EXAMPLE = {
  round: 1,
  method: "ngram",
  accepted: 2,
  tree: {
    token: [0, 1, 2, 3, 4],
    text: ["warm", " air", " rises", " is", " water"],
    parent: [-1, 0, 1, 1, 0],
    depth: [0, 1, 2, 2, 1],
    draft_probability: [1, 0.7, 0.6, 0.3, 0.2],
    target_probability: [1, 0.9, 0.8, 0.1, 0.05],
    accepted: [false, true, true, false, false],
  },
  bonus: { token: 5, text: " fast" },
};

export class RunView {
  #mode = "chat";
  #messages = [];
  #abort = null;
  #last = null;

  constructor() {
    this.options = new OptionsForm({ keep: true });
    this.system = h("textarea", { id: "system", rows: 2, placeholder: "The model's own, when empty" });
    this.prompt = h("textarea", {
      id: "prompt", rows: 3, placeholder: "Ask something", "aria-label": "Prompt",
      onkeydown: (event) => this.#key(event),
    });
    this.send = h("button", { type: "submit", class: "primary", id: "send" }, "Send");
    this.stop = h("button", { type: "button", id: "stop", hidden: true, onclick: () => this.#abort?.abort() }, "Stop");
    this.transcript = h("div", { class: "transcript", id: "transcript" }, this.#welcome());
    this.inspector = h("aside", { class: "look", "aria-label": "The request from inside" }, emptyLook());
    this.element = h(
      "div",
      { class: "run" },
      h("section", { class: "side", "aria-label": "Options" }, this.#modes(), this.systemField = h("div", { class: "field wide system" }, h("label", { for: "system" }, "System message"), this.system), this.options.element),
      h(
        "section",
        { class: "talk", "aria-label": "Conversation" },
        this.transcript,
        h(
          "form",
          { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
          this.prompt,
          h("div", { class: "composer-foot" }, h("span", { class: "hint" }, "Enter sends, Shift + Enter breaks the line"), this.clearButton(), this.stop, this.send),
        ),
      ),
      this.inspector,
    );
    this.#offerWhatTheModelCan();
  }

  async #offerWhatTheModelCan() {
    if ((await modelCard())?.chat === false) {
      const chat = this.element.querySelector("input[value=chat]");
      chat.disabled = true;
      chat.parentElement.title = "This model has no chat template";
      const completion = this.element.querySelector("input[value=completion]");
      if (!completion.checked) {
        completion.checked = true;
        this.#setMode("completion");
      }
    }
  }

  clearButton() {
    return h("button", { type: "button", class: "quiet-button", onclick: () => this.#clear() }, "Clear");
  }

  #modes() {
    const option = (mode, text) =>
      h("label", {}, h("input", { type: "radio", name: "mode", value: mode, checked: mode === "chat", onchange: () => this.#setMode(mode) }), h("span", {}, text));
    return h("fieldset", { class: "segmented" }, h("legend", { class: "for-readers" }, "Kind of request"), option("chat", "Chat"), option("completion", "Completion"));
  }

  #setMode(mode) {
    this.#mode = mode;
    this.systemField.hidden = mode !== "chat";
    this.prompt.placeholder = mode === "chat" ? "Ask something" : "Text to be continued";
    this.#clear();
  }

  #welcome() {
    return h(
      "div",
      { class: "welcome" },
      h("h1", {}, "Ask, and see each draft"),
      h("p", {}, "A drafter guesses tokens ahead, the model verifies them in one forward. Text that repeats is guessed well: start with one of these, and the tree of every round appears beside the answer."),
      h("div", { class: "starters" }, STARTERS[this.#mode].map(([name, text]) => h("button", { type: "button", onclick: () => { this.prompt.value = text; this.submit(); } }, name))),
    );
  }

  #clear() {
    this.#abort?.abort();
    this.#messages = [];
    this.transcript.replaceChildren(this.#welcome());
    this.inspector.replaceChildren(emptyLook());
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    }
  }

  submit() {
    const text = this.prompt.value;
    if (text.trim() === "" || this.#abort !== null) {
      this.prompt.focus();
      return;
    }
    this.options.clearProblems();
    let options;
    try {
      options = this.options.body(this.#mode === "chat");
    } catch (problem) {
      this.options.showProblem(problem.param, problem.message);
      return;
    }
    this.transcript.querySelector(".welcome")?.remove();
    this.prompt.value = "";
    this.#ask(text, options);
  }

  async #ask(text, options) {
    const chat = this.#mode === "chat";
    const answer = new Answer({ label: "Answer" });
    const turn = h(
      "article",
      { class: `turn ${this.#mode}` },
      h("div", { class: "said" }, h("span", { class: "who" }, chat ? "You" : "Prompt"), h("p", {}, text)),
      answer.element,
    );
    this.transcript.append(turn);
    turn.scrollIntoView({ block: "nearest" });
    const history = [...this.#messages, { role: "user", content: text }];
    const system = this.system.value.trim();
    const body = chat
      ? { ...options, messages: system ? [{ role: "system", content: system }, ...history] : history }
      : { ...options, prompt: text };
    const retry = () => { turn.remove(); this.#ask(text, options); };
    await this.#watch(answer, turn, chat ? "/v1/chat/completions" : "/v1/completions", body, { text, retry });
    if (chat && turn.isConnected && answer.text !== "") {
      this.#messages = [...history, { role: "assistant", content: answer.text }];
    }
  }

  async #watch(answer, turn, path, body, { text, retry }) {
    const abort = new AbortController();
    this.#busy(abort);
    const follow = new ResizeObserver(() => this.#follow(turn));
    follow.observe(answer.body);
    try {
      const outcome = await answer.stream(path, body, abort.signal);
      if (outcome.debugId !== null) {
        await this.#look(answer, turn, outcome.debugId);
      }
    } catch (problem) {
      this.#failed(problem, answer, turn, { text, retry });
    } finally {
      follow.disconnect();
      this.#busy(null);
    }
  }

  #failed(problem, answer, turn, { text, retry }) {
    if (problem.name === "AbortError") {
      answer.live.textContent = "stopped";
      return;
    }
    if (problem.status === undefined) {
      throw problem;
    }
    if (problem.param !== null && this.options.showProblem(problem.param, problem.message)) {
      turn.remove();
      this.prompt.value = text;
      return;
    }
    turn.append(notice(problem, retry));
    turn.scrollIntoView({ block: "nearest" });
  }

  #busy(abort) {
    this.#abort = abort;
    this.send.hidden = abort !== null;
    this.stop.hidden = abort === null;
    if (abort === null) {
      this.prompt.focus({ preventScroll: true });
    }
  }

  /** Keeps the end of a growing answer in sight unless someone scrolled up to read. */
  #follow(turn) {
    const box = this.transcript;
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    if (turn === box.lastElementChild && below < 160) {
      box.scrollTop = box.scrollHeight;
    }
  }

  async #look(answer, turn, id) {
    const detail = await fetchDetail(id);
    answer.explain(detail);
    const show = () => {
      this.#last?.classList.remove("inspected");
      this.#last = turn;
      turn.classList.add("inspected");
      const look = inspect(detail, (index, round, span) => answer.first.mark(...span));
      answer.onPick = (token) => {
        if (this.#last !== turn) {
          show();
        } else {
          const round = look.roundOfToken(token);
          if (round >= 0) {
            look.selectRound(round);
          }
        }
      };
      this.inspector.replaceChildren(look.element);
    };
    show();
  }
}

/** What the trees will look like, before there is one. */
function emptyLook() {
  const readout = h("output", { class: "readout" });
  return h(
    "div",
    { class: "empty-look" },
    h("h2", {}, "How to read a round"),
    h("p", {}, "From the last token on, the drafter proposes a tree. The model checks all of it in one forward: the path that it would have written itself is kept, and it adds one token of its own."),
    drawTree(EXAMPLE, readout),
    h("p", { class: "quiet" }, "An example. The rounds of your request, its timeline and why it was as fast appear here once it has ended."),
  );
}
