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

/** No answer of the server's: no network, no server, one that was broken off, or one of whoever stands before the server. */
export class Unreachable extends Error {
  constructor() {
    super(t("error.unreachable"));
  }
}

/** Nobody answers, or only what stands before a server that is down. */
export const isNoAnswer = (fault) => fault instanceof Unreachable || (fault instanceof Refusal && fault.status >= 500);

let person = null;

/** From now on this page asks for one person: the server refuses where another is signed in by then. */
export const askFor = (personId) => (person = personId);

/** What tells the server for whom this page asks. */
export const personHeader = () => (person ? { "Geo-Server-Person": person } : {});

/** @param {{timeLimitMs?: number, signal?: AbortSignal}} limits */
export const getJson = (path, limits = {}) => send(path, limits);
const sendJson = (method) => (path, body, limits = {}) =>
  send(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...limits });
export const postJson = sendJson("POST");
export const putJson = sendJson("PUT");
export const patchJson = sendJson("PATCH");
export const postForm = (path, form) => send(path, { method: "POST", body: form, timeLimitMs: 180_000 });
export const remove = (path) => send(path, { method: "DELETE" });

async function send(path, { timeLimitMs = TIME_LIMIT_MS, signal, ...options }) {
  // By hand, since browsers of phones that are some years old have no AbortSignal.any.
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  const late = setTimeout(abort, timeLimitMs);
  signal?.addEventListener("abort", abort, { once: true });
  const asked = fetch(path, {
    credentials: "same-origin",
    cache: "no-cache",
    ...options,
    headers: { Accept: "application/json", ...personHeader(), ...options.headers },
    signal: giveUp.signal,
  });
  const { status, ok, body } = await asked
    .then(readAnswer)
    .catch(() => {
      throw new Unreachable();
    })
    .finally(() => clearTimeout(late));
  if (!ok) throw new Refusal(status, body);
  return body;
}

/** Whatever this server says is JSON, or nothing: a page of HTML is of a network that asks people to sign in to it. */
async function readAnswer(response) {
  const { status, ok } = response;
  if (status === 204) return { status, ok, body: null };
  if (!isOfType(response, "json")) throw new Unreachable();
  return { status, ok, body: await response.json() };
}

/** Whether an answer says that it is of a type: that of the server itself does. */
export const isOfType = (response, type) => (response.headers.get("Content-Type") ?? "").includes(type);
