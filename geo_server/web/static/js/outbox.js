/**
 * Status reports on their way. A report is kept in this browser until the server has confirmed it, and sent again with
 * the same id, so that it is neither lost nor counted twice. Each is kept under a key of its own, so that two tabs do
 * not overwrite each other's.
 */

import { Refusal, postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";

const RETRY_MS = 3000;
/** Confirmed reports that are kept to be shown. Those that wait or were refused are all kept. */
const KEPT = 20;
/** Refusals that say nothing of the report itself: sent again later, it may well be accepted. */
const NOT_FINAL = [401, 408, 425, 429];

const keyStart = (slug) => `geo-server:report:${slug}:`;

/** The reports of this device for a site, oldest first. */
function stored(slug) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(keyStart(slug)));
  const reports = keys.map((key) => JSON.parse(localStorage.getItem(key)));
  return reports.sort((a, b) => a.content.client_at.localeCompare(b.content.client_at));
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

  const show = () => store.set({ outbox: stored(slug) });
  const keep = (report) => {
    localStorage.setItem(keyStart(slug) + report.id, JSON.stringify(report));
    show();
  };
  const drop = ({ id }) => {
    localStorage.removeItem(keyStart(slug) + id);
    show();
  };

  const sendOne = async (report) => {
    keep({ ...report, state: "sending" });
    try {
      await postJson(`/api/sites/${slug}/status-reports`, { id: report.id, ...report.content });
      keep({ ...report, state: "confirmed", confirmed_at: new Date(now()).toISOString() });
      stored(slug).filter(({ state }) => state === "confirmed").slice(0, -KEPT).forEach(drop);
      return true;
    } catch (fault) {
      const final = fault instanceof Refusal && fault.status < 500 && !NOT_FINAL.includes(fault.status);
      keep(final ? { ...report, state: "refused", why: fault.message } : { ...report, state: "queued" });
      if (fault.status === 401) onSignedOut();
      return final;
    }
  };

  const flush = async () => {
    if (busy) return;
    busy = true;
    let going = true;
    while (going) {
      const next = stored(slug).find(isWaiting);
      going = next !== undefined && (await sendOne(next));
    }
    busy = false;
  };

  /** Report the status of a zone; counts and note are left out when not given. */
  const report = (zoneId, status, extra = {}) => {
    // Named now, because a report that waits must not count in an incident that begins meanwhile.
    const incidentId = store.state.picture?.incident?.id;
    const said = { zone_id: zoneId, status, client_at: new Date(now()).toISOString(), incident_id: incidentId };
    keep({ id: newId(), content: { ...said, ...extra }, state: "queued" });
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
