/**
 * What people said, on its way. It is kept in this browser until the server has confirmed it, and sent again with the same
 * id, so that it is neither lost nor counted twice. Each entry is kept under a key of its own, so that two tabs do not
 * overwrite each other's, and with its author, so that on a shared device nobody's goes out as somebody else's.
 */

import { Refusal, Unreachable } from "./api.js";
import { now } from "./clock.js";

const RETRY_MS = 3000;
/** Confirmed entries that are kept to be shown. Those that wait or were refused are all kept. */
const KEPT = 20;
/** Refusals that say nothing of the entry itself: sent again later, it may well be accepted. */
const NOT_FINAL = [401, 408, 425, 429];

/** Entries that the browser has no room to keep, by key: they last as long as the page. */
const unkept = new Map();

/** The entries of this device whose keys begin so, oldest first. */
function stored(start) {
  const keys = [...Object.keys(localStorage), ...unkept.keys()].filter((key) => key.startsWith(start));
  const entries = keys.map(read).filter(Boolean);
  return entries.sort((a, b) => a.content.client_at.localeCompare(b.content.client_at));
}

function read(key) {
  try {
    return unkept.get(key) ?? JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

const KINDS = ["report", "sighting", "round"];

/** How the keys of the entries of one kind begin, of one site; of all sites where no site is named. */
export const keyStart = (kind, slug) => `geo-server:${kind}:${slug && `${slug}:`}`;

/** Remove what a person said on any site and the server has confirmed or refused. What waits stays. */
export function forgetSettled(me) {
  const keys = Object.keys(localStorage).filter((key) => KINDS.some((kind) => key.startsWith(keyStart(kind, ""))));
  for (const key of keys) {
    const entry = read(key);
    if (entry && entry.by === me && !isWaiting(entry)) localStorage.removeItem(key);
  }
}

/** How many entries of this device still wait for the server, whoever is signed in. */
export const countWaiting = (start) => stored(start).filter(isWaiting).length;

/**
 * @param {object} options
 * @param {string} options.start How the keys begin.
 * @param {string} options.me Id of the person: only their entries are sent.
 * @param {(entry: object, signal: AbortSignal) => Promise} options.send What it gives is kept with the entry, as `answer`;
 *   given up when the person drops the entry.
 * @param {boolean} [options.inOrder] Whether an entry may rest on those before it: then none is sent while one before it
 *   waits.
 * @param {(entry: object) => boolean} [options.isHeld] Whether an entry that waits is not to be sent for now.
 * @param {(mine: object[], othersWaiting: object[]) => void} options.show Told of every change: entries, latest last, each
 *   with `id`, `content` with `client_at`, and `state`: queued, sending, confirmed or refused; `failed` once it did not
 *   arrive at the first go.
 * @param {() => void} options.onSignedOut Called when the server asks who this is: the entries stay.
 */
export function createQueue({ start, me, send, inOrder = false, isHeld = () => false, show, onSignedOut }) {
  let running = null;
  /** What gives up the try of an entry that is on its way, by id. */
  const underWay = new Map();
  const isMine = ({ by }) => !by || by === me;
  const mine = () => stored(start).filter(isMine);
  const tell = () => show(mine(), stored(start).filter((entry) => !isMine(entry) && isWaiting(entry)));

  const keep = (entry) => {
    const key = start + entry.id;
    try {
      localStorage.setItem(key, JSON.stringify(entry));
      unkept.delete(key);
    } catch {
      unkept.set(key, entry);
    }
    tell();
  };
  /** Keep what has become of an entry, unless the person dropped it meanwhile. */
  const change = ({ id }, news) => {
    const entry = read(start + id);
    if (entry) keep({ ...entry, ...news });
  };
  const drop = ({ id }) => {
    localStorage.removeItem(start + id);
    unkept.delete(start + id);
    underWay.get(id)?.abort();
    tell();
  };

  /** @returns {Promise<boolean>} Whether the next one may be tried. */
  const sendOne = async (entry) => {
    const giveUp = new AbortController();
    underWay.set(entry.id, giveUp);
    change(entry, { state: "sending" });
    try {
      const answer = await send(entry, giveUp.signal);
      // One that was dropped too late has arrived all the same, and whoever made it must know.
      const arrived = read(start + entry.id) ?? { ...entry, failed: true };
      keep({ ...arrived, state: "confirmed", confirmed_at: new Date(now()).toISOString(), answer });
      mine().filter(({ state }) => state === "confirmed").slice(0, -KEPT).forEach(drop);
      return true;
    } catch (fault) {
      if (giveUp.signal.aborted) return true;
      const final = fault instanceof Refusal && fault.status < 500 && !NOT_FINAL.includes(fault.status);
      change(entry, final ? { state: "refused", why: fault.message } : { state: "queued", failed: true });
      if (fault.status === 401) onSignedOut();
      return final || !(inOrder || fault instanceof Unreachable || fault.status === 401);
    } finally {
      underWay.delete(entry.id);
    }
  };

  const sendAll = async () => {
    const tried = new Set();
    const untried = () => mine().find((entry) => isWaiting(entry) && !isHeld(entry) && !tried.has(entry.id));
    for (let entry = untried(); entry; entry = untried()) {
      tried.add(entry.id);
      if (!(await sendOne(entry))) break;
    }
  };
  const flush = () => {
    running ??= sendAll().finally(() => (running = null));
    return running;
  };

  // What the page was sending when it was left has not been confirmed.
  const missed = (entry) => isWaiting(entry) && !entry.failed && change(entry, { state: "queued", failed: true });
  mine().forEach(missed);
  tell();
  setInterval(flush, RETRY_MS);
  addEventListener("online", flush);
  addEventListener("storage", tell);
  flush();

  return {
    drop,
    /**
     * Keep what was said, and send it as soon as may be.
     * @returns {Promise<object>} The entry after the first try.
     */
    async add(id, said) {
      const entry = { id, by: me, ...said, state: "queued" };
      keep(entry);
      await running;
      await flush();
      const left = read(start + id) ?? entry;
      missed(left);
      return left;
    },
  };
}

export const isWaiting = ({ state }) => state === "queued" || state === "sending";
