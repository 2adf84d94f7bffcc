// What went wrong, said where it happened and with what to do.

import { h } from "./dom.js";

const TITLES = {
  0: "No connection",
  400: "The server refused this",
  401: "A key is needed",
  404: "Not found",
  429: "The queue is full",
  503: "The server is shutting down",
  504: "It took too long",
};

/** A notice; with `retry`, a button that counts down when the server said how long to wait. */
export function notice(problem, retry = null) {
  const title = TITLES[problem.status] ?? (problem.status >= 500 ? "The server failed" : "Something went wrong");
  const again = retry && problem.status !== 400 ? h("button", { type: "button", class: "small", onclick: () => retry() }, "Try again") : null;
  const box = h(
    "div",
    { class: `notice${problem.status === 429 ? " mild" : ""}`, role: "alert" },
    h("strong", {}, title),
    h("span", {}, problem.message),
    again,
  );
  if (again && problem.retryAfter > 0) {
    waitFirst(again, problem.retryAfter);
  }
  return box;
}

function waitFirst(button, seconds) {
  const tell = (left) => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
    if (left > 0) {
      setTimeout(() => tell(left - 1), 1000);
    }
  };
  tell(seconds);
}
