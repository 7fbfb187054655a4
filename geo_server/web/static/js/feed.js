/**
 * The live feed: server-sent events read by `fetch`, not by `EventSource`, because that hides the heartbeat comments,
 * and a feed that is silent must be told apart from one where nothing happens.
 */

import { isOfType, personHeader } from "./api.js";

const LEAST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
/** Two heartbeats and some: a stream that says nothing for so long is dead, whatever the network thinks. */
const SILENCE_MS = 11_000;

/**
 * Read events for ever, resuming after the last one seen.
 * @param {string} url
 * @param {number} after Number of the last event known.
 * @param {{onEvent: Function, onReset: Function, onSign: Function, onBreak: Function, onSignedOut: Function}} hooks
 *   `onReset` returns a promise of the number to go on from; `onSign` is told of each sign of life, `onBreak` whenever the
 *   stream ends or cannot be opened.
 * @returns {() => void} Opens it again at once where it waits to.
 */
export function openFeed(url, after, hooks) {
  let last = after;
  let stopped = false;
  let abort = new AbortController();
  let hurry = () => {};

  const take = async (frame) => {
    if (frame.event === "reset") last = await hooks.onReset();
    else if (frame.data) {
      const event = JSON.parse(frame.data);
      const gap = event.seq > last + 1;
      if (event.seq <= last) return;
      last = event.seq;
      hooks.onEvent(event, gap);
    }
  };

  const readOnce = async () => {
    abort = new AbortController();
    const response = await fetch(url, {
      headers: { Accept: "text/event-stream", "Last-Event-ID": String(last), ...personHeader() },
      credentials: "same-origin",
      cache: "no-store",
      signal: abort.signal,
    });
    if (response.status === 401) {
      stopped = true;
      hooks.onSignedOut();
      return;
    }
    if (!response.ok || !isOfType(response, "event-stream")) throw new Error(`status ${response.status}`);
    await readFrames(response.body, take, hooks.onSign, () => abort.abort());
  };

  const run = async () => {
    let wait = LEAST_RETRY_MS;
    while (!stopped) {
      const began = Date.now();
      await readOnce().catch(() => {});
      if (stopped) return;
      hooks.onBreak();
      wait = Date.now() - began > LONGEST_RETRY_MS ? LEAST_RETRY_MS : Math.min(wait * 1.6, LONGEST_RETRY_MS);
      await new Promise((done) => {
        hurry = done;
        setTimeout(done, wait * (0.5 + Math.random() / 2));
      });
    }
  };

  addEventListener("offline", () => abort.abort());
  run();
  return () => hurry();
}

async function readFrames(body, take, onSign, onSilence) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const watch = setTimeout(onSilence, SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(watch));
    if (done) return;
    onSign();
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) await take(parseFrame(block));
  }
}

/** The fields of one frame; comment lines say nothing but that the server lives. */
export function parseFrame(block) {
  const frame = { event: "message", data: "", id: null };
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) continue;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") frame.data += (frame.data && "\n") + value;
    else if (name in frame) frame[name] = value;
  }
  return frame;
}
