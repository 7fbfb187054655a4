/**
 * Status reports on their way. A report is kept in this browser until the server has confirmed it, and sent again with
 * the same id, so that it is neither lost nor counted twice. Each is kept under a key of its own, so that two tabs do
 * not overwrite each other's, and with its author, so that on a shared device nobody's goes out as somebody else's.
 */

import { Refusal, Unreachable, postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";

const RETRY_MS = 3000;
/** Confirmed reports that are kept to be shown. Those that wait or were refused are all kept. */
const KEPT = 20;
/** Refusals that say nothing of the report itself: sent again later, it may well be accepted. */
const NOT_FINAL = [401, 408, 425, 429];

const keyStart = (slug) => `geo-server:report:${slug}:`;

/** Reports that the browser has no room to keep, by key: they last as long as the page. */
const unkept = new Map();

/** The reports of this device for a site, oldest first. */
function stored(slug) {
  const keys = [...Object.keys(localStorage), ...unkept.keys()].filter((key) => key.startsWith(keyStart(slug)));
  const reports = keys.map(read).filter(Boolean);
  return reports.sort((a, b) => a.content.client_at.localeCompare(b.content.client_at));
}

function read(key) {
  try {
    return unkept.get(key) ?? JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** How many reports of this device still wait for the server, also when nobody is signed in. */
export const waitingCount = (slug) => stored(slug).filter(isWaiting).length;

/**
 * @param {object} store Gets `outbox`: reports, latest last, each with `state`: queued, sending, confirmed or refused.
 * @param {string} slug The site.
 * @param {() => void} onSignedOut Called when the server asks who this is: the reports stay.
 */
export function createOutbox(store, slug, onSignedOut) {
  let busy = false;
  const me = store.state.me.person.id;
  const isMine = ({ by }) => !by || by === me;
  const mine = () => stored(slug).filter(isMine);

  const show = () => {
    const others = stored(slug).filter((report) => !isMine(report) && isWaiting(report)).length;
    store.set({ outbox: mine(), othersWaiting: others });
  };
  const keep = (report) => {
    const key = keyStart(slug) + report.id;
    try {
      localStorage.setItem(key, JSON.stringify(report));
      unkept.delete(key);
    } catch {
      unkept.set(key, report);
    }
    show();
  };
  const drop = ({ id }) => {
    localStorage.removeItem(keyStart(slug) + id);
    unkept.delete(keyStart(slug) + id);
    show();
  };

  /** @returns {Promise<boolean>} Whether the next one may be tried: not when nobody answers or nobody is signed in. */
  const sendOne = async (report) => {
    keep({ ...report, state: "sending" });
    try {
      await postJson(`/api/sites/${slug}/status-reports`, { id: report.id, ...report.content });
      keep({ ...report, state: "confirmed", confirmed_at: new Date(now()).toISOString() });
      mine().filter(({ state }) => state === "confirmed").slice(0, -KEPT).forEach(drop);
      return true;
    } catch (fault) {
      const final = fault instanceof Refusal && fault.status < 500 && !NOT_FINAL.includes(fault.status);
      keep(final ? { ...report, state: "refused", why: fault.message } : { ...report, state: "queued" });
      if (fault.status === 401) onSignedOut();
      return !(fault instanceof Unreachable || fault.status === 401);
    }
  };

  const flush = async () => {
    if (busy) return;
    busy = true;
    const tried = new Set();
    const untried = () => mine().find((report) => isWaiting(report) && !tried.has(report.id));
    try {
      for (let report = untried(); report; report = untried()) {
        tried.add(report.id);
        if (!(await sendOne(report))) break;
      }
    } finally {
      busy = false;
    }
  };

  /** Report the status of a zone; counts and note are left out when not given. */
  const report = (zoneId, status, extra = {}) => {
    // Named now, because a report that waits must not count in an incident that begins meanwhile.
    const incidentId = store.state.picture?.incident?.id;
    const said = { zone_id: zoneId, status, client_at: new Date(now()).toISOString(), incident_id: incidentId };
    keep({ id: newId(), by: me, content: { ...said, ...extra }, state: "queued" });
    flush();
  };

  show();
  setInterval(flush, RETRY_MS);
  addEventListener("online", flush);
  addEventListener("storage", show);
  flush();

  return {
    flush,
    report,
    /** Say it again, now, in the incident of now; for what was refused. */
    repeat(refused) {
      const { zone_id: zoneId, status, client_at: _at, incident_id: _incident, ...extra } = refused.content;
      drop(refused);
      report(zoneId, status, extra);
    },
    drop,
  };
}

const isWaiting = (report) => report.state === "queued" || report.state === "sending";
