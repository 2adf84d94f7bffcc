// The server's public routes: JSON, server-sent events, and errors that can be shown.

const KEY = "updraft-key";

/** What went wrong, in the server's words; status 0 when it was not reached. */
export class ApiError extends Error {
  constructor(status, message, { code = null, param = null, retryAfter = 0 } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }
}

let askKey = null;

/** Who is asked for a key when the server wants one; resolves to whether there is one now. */
export function onKeyWanted(ask) {
  askKey = ask;
}

export function apiKey() {
  return sessionStorage.getItem(KEY) ?? "";
}

/** Kept for this tab only. */
export function setApiKey(key) {
  if (key) {
    sessionStorage.setItem(KEY, key);
  } else {
    sessionStorage.removeItem(KEY);
  }
}

function headers(more) {
  const key = apiKey();
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

async function send(path, init) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...init, headers: headers(init.headers ?? {}) });
  } catch (problem) {
    if (problem.name === "AbortError") {
      throw problem;
    }
    throw new ApiError(0, "the server cannot be reached: is it still running?");
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

async function refusal(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // what stands between may answer in another form
  }
  return new ApiError(response.status, error.message ?? `status ${response.status}`, {
    code: error.code ?? null,
    param: error.param ?? null,
    retryAfter: Number(response.headers.get("Retry-After")) || 0,
  });
}

/** As `send`, asking for the key once when the server wants one. */
async function sendWithKey(path, init) {
  try {
    return await send(path, init);
  } catch (problem) {
    if (problem.status === 401 && askKey !== null && (await askKey(apiKey() !== ""))) {
      return send(path, init);
    }
    throw problem;
  }
}

export async function getJson(path) {
  return (await sendWithKey(path, {})).json();
}

export async function getText(path) {
  return (await sendWithKey(path, {})).text();
}

/** Whether the server is well, without a key: `{status, model}`, or null when it is gone. */
export async function health() {
  try {
    return await (await fetch("/health", { cache: "no-store" })).json();
  } catch {
    return null;
  }
}

/** Posts and yields the data of each server-sent event until [DONE]. */
export async function* events(path, body, signal) {
  const response = await sendWithKey(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const { value, done } = await nextPiece(reader);
    if (done) {
      throw new ApiError(0, "the server closed the stream before its end");
    }
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop();
    for (const piece of pieces) {
      const data = dataOf(piece);
      if (data === "[DONE]") {
        return;
      }
      if (data !== "") {
        yield parsed(piece, data);
      }
    }
  }
}

async function nextPiece(reader) {
  try {
    return await reader.read();
  } catch (problem) {
    if (problem.name === "AbortError") {
      throw problem;
    }
    throw new ApiError(0, "the connection broke while the answer was coming");
  }
}

function dataOf(piece) {
  return piece
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
}

function parsed(piece, data) {
  const value = JSON.parse(data);
  if (piece.startsWith("event: error") || value.error) {
    const error = value.error ?? {};
    throw new ApiError(error.code === "timeout" ? 504 : 500, error.message ?? "the answer failed", {
      code: error.code ?? null,
      param: error.param ?? null,
    });
  }
  return value;
}
