/**
 * Status reports on their way. A report is kept in this browser until the server has confirmed it, and sent again with
 * the same id, so that it is neither lost nor counted twice.
 */

import { Refusal, postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";

const RETRY_MS = 3000;
/** Reports with an answer that are kept to be shown; those without one are all kept. */
const KEPT = 20;

/**
 * @param {object} store Gets `outbox`: reports, latest last, each with `state`: queued, sending, confirmed or refused.
 * @param {string} slug The site.
 */
export function createOutbox(store, slug) {
  const place = `geo-server:outbox:${slug}`;
  let busy = false;

  const put = (reports) => {
    const answered = reports.filter((report) => !isWaiting(report));
    const dropped = new Set(answered.slice(0, -KEPT));
    const kept = reports.filter((report) => !dropped.has(report));
    store.set({ outbox: kept });
    localStorage.setItem(place, JSON.stringify(kept));
  };
  const change = (id, patch) =>
    put(store.state.outbox.map((report) => (report.id === id ? { ...report, ...patch } : report)));

  const sendOne = async (report) => {
    change(report.id, { state: "sending" });
    try {
      await postJson(`/api/sites/${slug}/status-reports`, { id: report.id, ...report.content });
      change(report.id, { state: "confirmed", confirmed_at: new Date(now()).toISOString() });
    } catch (fault) {
      const final = fault instanceof Refusal && fault.status < 500 && fault.status !== 429;
      change(report.id, final ? { state: "refused", why: fault.message } : { state: "queued" });
      return final;
    }
    return true;
  };

  const flush = async () => {
    if (busy) return;
    busy = true;
    let going = true;
    while (going) {
      const next = store.state.outbox.find(isWaiting);
      going = next !== undefined && (await sendOne(next));
    }
    busy = false;
  };

  const restored = JSON.parse(localStorage.getItem(place) ?? "[]");
  store.set({ outbox: restored });
  setInterval(flush, RETRY_MS);
  addEventListener("online", flush);
  flush();

  return {
    flush,
    /** Report the status of a zone; counts and note are left out when not given. */
    report(zoneId, status, extra = {}) {
      // Named now, because a report that waits must not count in an incident that begins meanwhile.
      const incidentId = store.state.picture?.incident?.id;
      const said = { zone_id: zoneId, status, client_at: new Date(now()).toISOString(), incident_id: incidentId };
      const content = { ...said, ...extra };
      put([...store.state.outbox, { id: newId(), content, state: "queued" }]);
      flush();
    },
  };
}

const isWaiting = (report) => report.state === "queued" || report.state === "sending";
