/** Gets what the page shows from the server, and again whenever the live feed says that something changed. */

import { Refusal, getJson } from "./api.js";
import { setServerTime, setTimeZone } from "./clock.js";
import { openFeed } from "./feed.js";
import { may } from "./store.js";

const SETTLE_MS = 120;
const AGAIN_MS = 2000;
/** An answer that takes longer than this is none: better to say that the page is not live, and ask again. */
const ASK_LIMIT_MS = 4000;
const CHANGES_SIGHTINGS = /^(sighting|incident)_/;
/** What the picture of an incident does not show. */
const BESIDE_THE_PICTURE = /^(import|drill|round|fault)_/;

/** Everything that does not change during an incident. */
export async function loadSite(store, slug) {
  const base = `/api/sites/${slug}`;
  const [site, zones, openings, protocols] = await Promise.all([
    getJson(base),
    getJson(`${base}/zones`),
    getJson(`${base}/openings`),
    getJson(`${base}/protocols`),
  ]);
  setTimeZone(site.timezone);
  store.set({
    site,
    zones: zones.zones,
    zoneById: new Map(zones.zones.map((zone) => [zone.id, zone])),
    openings: openings.openings,
    openingById: new Map(openings.openings.map((opening) => [opening.id, opening])),
    protocols,
  });
}

/**
 * Keep `picture`, `sightings`, `plan` and `guidance` as the server has them.
 * @param {object} store
 * @param {string} slug
 * @param {{onSign: Function, onBreak: Function, onSignedOut: Function}} hooks
 * @returns {Promise<{refresh: () => void, guidance: () => Promise<void>, hurry: () => void}>} `hurry` opens the live
 *   feed again at once.
 */
export async function followSite(store, slug, { onSign, onBreak, onSignedOut }) {
  const base = `/api/sites/${slug}`;

  const loadPicture = async () => {
    const picture = await getJson(`${base}/picture`);
    setServerTime(picture.at);
    onSign();
    store.set({ picture });
    await Promise.all([loadPlan(picture), loadGuidance(), loadSightings()]);
    return picture.seq;
  };

  const loadPlan = async (picture) => {
    if (!may(store.state, "see_plan")) return;
    const etag = picture.plan?.etag ?? null;
    if (etag === store.state.planEtag) return;
    const plan = etag === null ? null : await getJson(`${base}/plan`);
    const routes = new Map((plan?.zones ?? []).map((route) => [route.zone_id, { ...route, made_for_at: plan.made_for_at }]));
    store.set({ plan, routes, planEtag: etag });
  };

  /** Only when one may have been added or retracted: pictures come far more often. */
  let sightingsDue = true;
  const loadSightings = async () => {
    if (!sightingsDue || !may(store.state, "see_statuses")) return;
    sightingsDue = false;
    const { sightings } = await getJson(`${base}/sightings`).catch((fault) => {
      sightingsDue = true;
      throw fault;
    });
    store.set({ sightings });
  };

  const loadGuidance = async () => {
    const zoneId = store.state.mine;
    if (!zoneId || !may(store.state, "see_incident")) return store.set({ guidance: null });
    const guidance = await getJson(`${base}/zones/${zoneId}/guidance`).catch((fault) => {
      // What was told before may be an order that no longer holds: the picture's own orders count until the next answer.
      store.set({ guidance: null });
      throw fault;
    });
    if (store.state.mine === zoneId) store.set({ guidance });
  };

  const refresh = coalesce(loadPicture, (fault) => fault instanceof Refusal && fault.status === 401 && onSignedOut());
  if (!may(store.state, "see_incident")) return { refresh: () => {}, guidance: async () => {}, hurry: () => {} };

  const onEvent = async (event, gap) => {
    if (event.kind === "import_changed") store.set({ imported: event });
    if (event.kind === "drill_changed") store.set({ kept: event });
    if (/^(round|fault)_/.test(event.kind)) store.set({ walked: event });
    if (BESIDE_THE_PICTURE.test(event.kind) && !gap) return;
    if (gap || CHANGES_SIGHTINGS.test(event.kind)) sightingsDue = true;
    if (event.kind === "status_reported" && event.status) applyStatus(store, event);
    refresh();
    if (event.kind === "floorplan_published") await loadSite(store, slug).catch(refresh);
  };
  const seq = await loadPicture();
  const hurry = openFeed(`${base}/events`, seq, {
    onEvent,
    onReset: () => {
      sightingsDue = true;
      return loadPicture();
    },
    onSign,
    onBreak,
    onRefused: (status) => status === 401 && onSignedOut(),
  });
  return { refresh, guidance: () => loadGuidance().catch(refresh), hurry };
}

/** Whether the server answers; anything but an answer rejects. */
export const askServer = async () => {
  const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ASK_LIMIT_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
};

/** Show a status at once; the picture that follows carries the rest of the report. */
function applyStatus(store, event) {
  const picture = store.state.picture;
  if (!picture) return;
  const report = { ...picture.statuses[event.zone_id], status: event.status, received_at: event.at };
  store.set({ picture: { ...picture, statuses: { ...picture.statuses, [event.zone_id]: report } } });
}

/** Run `work` soon, once for many calls, never twice at a time; again after a while when it fails, until it does not. */
function coalesce(work, onFault) {
  let timer = null;
  let running = false;
  let again = false;
  const run = async () => {
    timer = null;
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await work();
    } catch (fault) {
      onFault(fault);
      setTimeout(call, AGAIN_MS);
    }
    running = false;
    if (again) {
      again = false;
      call();
    }
  };
  const call = () => (timer ??= setTimeout(run, SETTLE_MS));
  return call;
}
