/** The server's answers as values, its refusals as sentences. */

import { t } from "./strings.js";

const TIME_LIMIT_MS = 12_000;

/** The server said no. `message` is a sentence for people. */
export class Refusal extends Error {
  constructor(status, problem) {
    super([problem.detail ?? problem.title ?? t("error.refused", { status }), problem.advice].filter(Boolean).join(" "));
    this.status = status;
    this.where = problem.where ?? null;
  }
}

/** No answer: no network, or no server. */
export class Unreachable extends Error {
  constructor() {
    super(t("error.unreachable"));
  }
}

/** Nobody answers, or only what stands before a server that is down. */
export const isNoAnswer = (fault) => fault instanceof Unreachable || (fault instanceof Refusal && fault.status >= 500);

/** @param {{timeLimitMs?: number}} limits */
export const getJson = (path, limits = {}) => send(path, limits);
const sendJson = (method) => (path, body, limits = {}) =>
  send(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...limits });
export const postJson = sendJson("POST");
export const putJson = sendJson("PUT");
export const patchJson = sendJson("PATCH");
export const postForm = (path, form) => send(path, { method: "POST", body: form, timeLimitMs: 180_000 });
export const remove = (path) => send(path, { method: "DELETE" });

async function send(path, { timeLimitMs = TIME_LIMIT_MS, ...options }) {
  let response;
  try {
    response = await fetch(path, {
      credentials: "same-origin",
      cache: "no-cache",
      ...options,
      headers: { Accept: "application/json", ...options.headers },
      signal: AbortSignal.timeout(timeLimitMs),
    });
  } catch {
    throw new Unreachable();
  }
  if (!response.ok) throw new Refusal(response.status, await readProblem(response));
  return response.status === 204 ? null : response.json();
}

async function readProblem(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}
