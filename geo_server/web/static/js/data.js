/** Gets what the page shows from the server, and again whenever the live feed says that something changed. */

import { Refusal, getJson, isNoAnswer } from "./api.js";
import { setServerTime, setTimeZone } from "./clock.js";
import { openFeed } from "./feed.js";
import { askOrRecall, getAndKeep } from "./kept.js";
import { may } from "./store.js";
import { orderAsIn, packInLanguage, pictureAsIn } from "./wording.js";

const SETTLE_MS = 120;
const AGAIN_MS = 2000;
/** An answer that takes longer than this is none: better to say that the page is not live, and ask again. */
const ASK_LIMIT_MS = 4000;
const CHANGES_SIGHTINGS = /^(sighting|incident)_/;
/** What the picture of an incident does not show. */
const BESIDE_THE_PICTURE = /^(import|drill|round|fault|concern)_/;

/** As `getAndKeep`, but what the server said last where it says nothing now: for a page that is being opened. */
const first = async (path) => (await askOrRecall(path)).value;

/**
 * Everything that does not change during an incident.
 * @param {(path: string) => Promise<*>} ask
 */
export async function loadSite(store, slug, ask = first) {
  const base = `/api/sites/${slug}`;
  const [site, zones, openings, protocols] = await Promise.all([base, `${base}/zones`, `${base}/openings`, `${base}/protocols`].map(ask));
  setTimeZone(site.timezone);
  store.set({
    site,
    zones: zones.zones,
    zoneById: new Map(zones.zones.map((zone) => [zone.id, zone])),
    openings: openings.openings,
    openingById: new Map(openings.openings.map((opening) => [opening.id, opening])),
    protocols: packInLanguage(protocols),
  });
}

/**
 * Keep `picture`, `sightings`, `plan` and `guidance` as the server has them; at first as it had them last, where it does
 * not answer.
 * @param {object} store
 * @param {string} slug
 * @param {{onFresh: Function, onKept: Function, onHear: Function, onBreak: Function, onFault: Function,
 *   onSignedOut: Function}} hooks `onFresh`: the picture is of now; `onKept`: it is of a time of the server's that is
 *   given; `onHear`: the server lives; `onBreak`: the feed ended; `onFault`: what is new could not be had.
 * @returns {Promise<{refresh: () => void, load: () => Promise<void>, guidance: () => Promise<void>, hurry: () => void}>}
 *   `load` rejects when it cannot; `hurry` opens the live feed again at once.
 */
export async function followSite(store, slug, { onFresh, onKept, onHear, onBreak, onFault, onSignedOut }) {
  const base = `/api/sites/${slug}`;

  const loadPicture = async () => {
    const picture = await getAndKeep(`${base}/picture`);
    setServerTime(picture.at);
    onFresh();
    return show(picture, getAndKeep);
  };

  const loadFirst = async () => {
    const { value: picture, keptAt } = await askOrRecall(`${base}/picture`);
    if (keptAt === null) {
      setServerTime(picture.at);
      onFresh();
    } else onKept(keptAt);
    return show(picture, first).catch((fault) => {
      if (!isNoAnswer(fault)) throw fault;
      return picture.seq;
    });
  };

  const show = async (picture, ask) => {
    store.set({ picture: pictureAsIn(store.state.protocols, picture) });
    await Promise.all([loadPlan(picture, ask), loadGuidance(ask), loadSightings(ask)]);
    return picture.seq;
  };

  const loadPlan = async (picture, ask) => {
    if (!may(store.state, "see_plan")) return;
    const etag = picture.plan?.etag ?? null;
    if (etag === store.state.planEtag) return;
    const plan = etag === null ? null : await ask(`${base}/plan`);
    // What is kept of two answers need not belong together.
    if (ask === first && plan && Date.parse(plan.made_for_at) !== Date.parse(picture.plan.made_for_at)) return refresh();
    const routes = new Map((plan?.zones ?? []).map((route) => [route.zone_id, { ...route, made_for_at: plan.made_for_at }]));
    store.set({ plan, routes, planEtag: etag });
  };

  /** Only when one may have been added or retracted: pictures come far more often. */
  let sightingsDue = true;
  const loadSightings = async (ask) => {
    if (!sightingsDue || !may(store.state, "see_statuses")) return;
    sightingsDue = false;
    const { sightings } = await ask(`${base}/sightings`).catch((fault) => {
      sightingsDue = true;
      throw fault;
    });
    store.set({ sightings });
  };

  const loadGuidance = async (ask = getAndKeep) => {
    const zoneId = store.state.mine;
    if (!zoneId || !may(store.state, "see_incident")) return store.set({ guidance: null });
    const guidance = await ask(`${base}/zones/${zoneId}/guidance`).catch((fault) => {
      // What was told before may be an order that no longer holds: the picture's own orders count until the next answer.
      store.set({ guidance: null });
      throw fault;
    });
    const directive = guidance.directive && orderAsIn(store.state.protocols, guidance.directive);
    if (store.state.mine === zoneId) store.set({ guidance: { ...guidance, directive } });
  };

  const refresh = coalesce(loadPicture, (fault) => {
    if (fault instanceof Refusal && fault.status === 401) onSignedOut();
    else if (isNoAnswer(fault)) onFault();
  });
  if (!may(store.state, "see_incident")) {
    return { refresh: () => {}, load: () => askServer().then(onFresh), guidance: async () => {}, hurry: () => {} };
  }

  const onEvent = async (event, gap) => {
    if (event.kind === "import_changed") store.set({ imported: event });
    if (event.kind === "drill_changed") store.set({ kept: event });
    if (/^(round|fault)_/.test(event.kind)) store.set({ walked: event });
    if (gap || event.kind === "concern_changed") store.set({ noticed: event });
    if (BESIDE_THE_PICTURE.test(event.kind) && !gap) return;
    if (gap || CHANGES_SIGHTINGS.test(event.kind)) sightingsDue = true;
    if (event.kind === "status_reported" && event.status) applyStatus(store, event);
    refresh();
    if (event.kind === "floorplan_published") await loadSite(store, slug, getAndKeep).catch(refresh);
  };
  const seq = await loadFirst();
  const hurry = openFeed(`${base}/events`, seq, {
    onEvent,
    onReset: () => {
      sightingsDue = true;
      store.set({ noticed: {} });
      return loadPicture();
    },
    onSign: onHear,
    onBreak,
    onRefused: (status) => status === 401 && onSignedOut(),
  });
  return { refresh, load: loadPicture, guidance: () => loadGuidance().catch(refresh), hurry };
}

/** After a page was opened with what was kept: whether the same person is signed in, and their site as it is now. */
export async function catchUp(store, slug) {
  const me = await getJson("/api/me");
  if (me.person.id !== store.state.me.person.id) location.reload();
  await loadSite(store, slug, getAndKeep);
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
