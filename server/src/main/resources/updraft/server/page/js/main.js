// Boots the page: views by hash, theme, the server's state, the key.

import { apiKey, health, onKeyWanted, setApiKey } from "./api.js";
import { CompareView } from "./compare.js";
import { EngineView } from "./engine.js";
import { RequestsView } from "./requests.js";
import { RunView } from "./run.js";

const THEME = "updraft-theme";
const HEALTH_EVERY_MS = 5000;

const MAKERS = {
  run: () => new RunView(),
  compare: () => new CompareView(),
  requests: () => new RequestsView(),
  engine: () => new EngineView(),
};
const views = {};
let shown = null;

function route() {
  const [, name, id] = location.hash.split("/");
  const wanted = name in MAKERS ? name : "run";
  views[wanted] ??= MAKERS[wanted]();
  const view = views[wanted];
  if (shown !== view) {
    shown?.hide?.();
    shown = view;
    document.getElementById("view").replaceChildren(view.element);
    document.body.dataset.view = wanted;
  }
  for (const link of document.querySelectorAll("nav a")) {
    const current = link.getAttribute("href") === `#/${wanted}`;
    link.toggleAttribute("aria-current", current);
    if (current) {
      link.setAttribute("aria-current", "page");
    }
  }
  view.show?.(id ? decodeURIComponent(id) : null);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME, theme);
  document.getElementById("theme").value = theme;
  dispatchEvent(new Event("themechange"));
}

async function watchServer() {
  const state = await health();
  const element = document.getElementById("server-state");
  element.dataset.state = state === null ? "gone" : state.status;
  document.getElementById("server-word").textContent = state === null ? "not reached" : state.status === "ok" ? "ready" : state.status;
  if (state?.model) {
    const model = document.getElementById("model");
    model.textContent = state.model;
    model.title = state.model;
  }
  setTimeout(watchServer, HEALTH_EVERY_MS);
}

const dialog = document.getElementById("key-dialog");
const keyField = document.getElementById("key");

/** Resolves to whether a key was given. */
function askForKey(refused) {
  document.getElementById("key-refused").hidden = !refused;
  keyField.value = "";
  if (!dialog.open) {
    dialog.returnValue = "";
    dialog.showModal();
  }
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const given = dialog.returnValue === "use" && keyField.value !== "";
        if (given) {
          setApiKey(keyField.value);
        }
        document.getElementById("forget-key").hidden = apiKey() === "";
        keyField.value = "";
        resolve(given);
      },
      { once: true },
    );
  });
}

onKeyWanted(askForKey);
document.getElementById("key-cancel").addEventListener("click", () => dialog.close("cancel"));
const forget = document.getElementById("forget-key");
forget.hidden = apiKey() === "";
forget.addEventListener("click", () => {
  setApiKey("");
  forget.hidden = true;
});
document.getElementById("theme").addEventListener("change", (event) => setTheme(event.target.value));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themechange")));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("view").focus();
});
addEventListener("hashchange", route);
setTheme(localStorage.getItem(THEME) ?? "auto");
route();
watchServer();
