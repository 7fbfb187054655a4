/** Gets what the page shows from the server, and again whenever the live feed says that something changed. */

import { getJson, isNoAnswer } from "./api.js";
import { setServerTime, setTimeZone } from "./clock.js";
import { openFeed } from "./feed.js";
import { askOrRecall, getAndKeep } from "./kept.js";
import { basisOf } from "./model.js";
import { may } from "./store.js";
import { orderAsIn, packInLanguage, pictureAsIn } from "./wording.js";

/** A thousand pages hear of an event at once: they ask for what is new a little apart from each other. */
const SETTLE_MS = [80, 240];
/** What others report does not show on a page that is told only that they did: no hurry, and hundreds of reports are one question. */
const OTHERS_REPORT_MS = [5000, 15_000];
const AGAIN_MS = 2000;
/** An answer that takes longer than this is none: better to say that the page is not live, and ask again. */
const ASK_LIMIT_MS = 4000;
const CHANGES_SIGHTINGS = /^(sighting|incident)_/;
/** What the picture of an incident does not show. */
const BESIDE_THE_PICTURE = /^(import|drill|round|concern)_/;

/** As `getAndKeep`, but what the server said last where it says nothing now: for a page that is being opened. Nothing that was
 * said before a moment of this device's: what belongs to a picture is not older than it. */
const firstSince = (since) => async (path) => (await askOrRecall(path, since)).value;

const sitePaths = (slug) => ["", "/zones", "/openings", "/protocols"].map((rest) => `/api/sites/${slug}${rest}`);

/**
 * Everything that does not change during an incident, for a page that is being opened.
 * @returns {Promise<number|null>} When by this device's clock the oldest of it was said that is not of now.
 */
export async function openSite(store, slug) {
  const answers = await Promise.all(sitePaths(slug).map((path) => askOrRecall(path)));
  showSite(store, answers.map(({ value }) => value));
  const kept = answers.map(({ keptAt }) => keptAt).filter((at) => at !== null);
  return kept.length ? Math.min(...kept) : null;
}

/** The same as it is now. */
export const loadSite = async (store, slug) => showSite(store, await Promise.all(sitePaths(slug).map((path) => getAndKeep(path))));

function showSite(store, [site, zones, openings, protocols]) {
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
 *   onSignedOut: Function}} hooks `onFresh`: the picture is of now; `onKept`: it is of a time of this device's that
 *   is given; `onHear`: the feed lives; `onBreak`: it ended; `onFault`: what is new could not be had, and why.
 * @returns {Promise<{refresh: () => void, load: () => Promise<void>, guidance: () => Promise<void>, hurry: () => void}>}
 *   `load` rejects when it cannot; `hurry` opens the live feed again at once.
 */
export async function followSite(store, slug, { onFresh, onKept, onHear, onBreak, onFault, onSignedOut }) {
  const base = `/api/sites/${slug}`;

  const showPicture = (picture) => store.set({ picture: pictureAsIn(store.state.protocols, picture) });

  const loadPicture = inTurn(async () => {
    const late = setTimeout(onFault, ASK_LIMIT_MS);
    const picture = await getAndKeep(`${base}/picture`).finally(() => clearTimeout(late));
    setServerTime(picture.at);
    onFresh();
    showPicture(picture);
    loadRest(getAndKeep);
    return picture.seq;
  });

  /** The page is put together without what belongs to the picture when that is long in coming. */
  const loadFirst = async () => {
    const { value: picture, keptAt } = await askOrRecall(`${base}/picture`);
    if (keptAt === null) {
      setServerTime(picture.at);
      onFresh();
    } else onKept(keptAt);
    showPicture(picture);
    await Promise.race([loadRest(keptAt === null ? getAndKeep : firstSince(keptAt)), pause(ASK_LIMIT_MS)]);
    return picture.seq;
  };

  /** What belongs to the picture; asked for again, with that, until it comes. Never rejects. */
  const loadRest = inTurn((ask) =>
    Promise.all([loadMap(ask), loadPlan(ask), loadReach(ask), loadGuidance(ask), loadSightings(ask)]).catch(onRestMissing),
  );
  const onRestMissing = (fault) => {
    if (fault.status === 401) onSignedOut();
    else if (isNoAnswer(fault)) setTimeout(refresh, AGAIN_MS);
    else console.warn(fault);
  };

  const loadMap = async (ask) => {
    const { picture, site } = store.state;
    if (ask === getAndKeep && picture.floorplan_rev !== site.floorplan_rev) await loadSite(store, slug);
  };

  const loadPlan = async (ask) => {
    const { picture } = store.state;
    if (!may(store.state, "see_plan")) return;
    const etag = picture.plan?.etag ?? null;
    if (etag === store.state.planEtag) return;
    const plan = etag === null ? null : await ask(`${base}/plan?reach=false`);
    // What is kept of two answers need not belong together.
    if (ask !== getAndKeep && plan && Date.parse(plan.made_for_at) !== Date.parse(picture.plan.made_for_at)) return;
    const routes = new Map((plan?.zones ?? []).map((route) => [route.zone_id, { ...route, made_for_at: plan.made_for_at }]));
    store.set({ plan, routes, planEtag: etag });
  };

  /** Follows the plan by a moment: until then that of the plan before stays. */
  const loadReach = async (ask) => {
    const { picture } = store.state;
    if (!may(store.state, "see_plan")) return;
    const etag = picture.reach?.etag ?? null;
    if (etag === store.state.reachEtag) return;
    store.set({ reach: etag === null ? null : await ask(`${base}/reach`), reachEtag: etag });
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

  let guidanceAsked = 0;
  const loadGuidance = async (ask) => {
    const { mine: zoneId, picture } = store.state;
    const turn = ++guidanceAsked;
    const tell = (guidance) => turn === guidanceAsked && store.set({ guidance });
    if (!zoneId || !may(store.state, "see_incident")) return tell(null);
    // Where none comes, what was told before may no longer hold: the picture's own orders count until the next answer.
    const guidance = await ask(`${base}/zones/${zoneId}/guidance`).catch((fault) => {
      tell(null);
      throw fault;
    });
    const directive = guidance.directive && orderAsIn(store.state.protocols, guidance.directive);
    return tell({ ...guidance, directive, basis: basisOf(picture) });
  };

  const refreshNow = () =>
    loadPicture().catch((fault) => {
      if (fault.status === 401) onSignedOut();
      else onFault(fault);
    });
  const refresh = soon(refreshNow, SETTLE_MS);
  const refreshLater = soon(refreshNow, OTHERS_REPORT_MS);
  if (!may(store.state, "see_incident")) {
    return { refresh: () => {}, load: () => askServer().then(onFresh), guidance: async () => {}, hurry: () => {} };
  }

  const onEvent = (event, gap) => {
    if (event.kind === "import_changed") store.set({ imported: event });
    if (event.kind === "drill_changed") store.set({ kept: event });
    if (/^(round|fault)_/.test(event.kind)) store.set({ walked: event });
    if (gap || event.kind === "concern_changed") store.set({ noticed: event });
    if (event.kind.startsWith("reach_") && !may(store.state, "see_plan") && !gap) return;
    if (BESIDE_THE_PICTURE.test(event.kind) && !gap) return;
    if (gap || CHANGES_SIGHTINGS.test(event.kind)) sightingsDue = true;
    if (event.kind === "status_reported" && event.status && !event.late) applyStatus(store, event);
    if (event.kind === "status_reported" && !event.status && !gap) refreshLater();
    else refresh();
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
    onSignedOut,
  });
  return { refresh, load: loadPicture, guidance: () => loadGuidance(getAndKeep).catch(onRestMissing), hurry };
}

/**
 * After a page was opened with what was kept: who is signed in, and their site as it is now. The server refuses where that is
 * somebody else; for whoever may do other things than before the page is put together anew.
 */
export async function catchUp(store, slug) {
  const { site: before } = store.state;
  await getAndKeep("/api/me");
  await loadSite(store, slug);
  if (String(before.permissions) === String(store.state.site.permissions)) return;
  location.reload();
  throw new Error("The page is loaded again.");
}

/** Whether the server answers; rejects where it does not in time. */
export const askServer = async () => {
  await getJson("/healthz", { timeLimitMs: ASK_LIMIT_MS });
};

/** Show a status at once; the picture that follows carries the rest of the report. */
function applyStatus(store, event) {
  const picture = store.state.picture;
  if (!picture) return;
  const report = { ...picture.statuses[event.zone_id], status: event.status, client_at: event.at, received_at: event.at };
  store.set({ picture: { ...picture, statuses: { ...picture.statuses, [event.zone_id]: report } } });
}

/** Run `work` soon, once for many calls, after a time by chance between two. */
function soon(work, [leastMs, mostMs]) {
  let timer = null;
  const run = () => {
    timer = null;
    work();
  };
  return () => (timer ??= setTimeout(run, leastMs + Math.random() * (mostMs - leastMs)));
}

/** `work`, never twice at a time: whoever asks while it runs gets what comes of the next run, which all of them share. */
function inTurn(work) {
  let running = null;
  let next = null;
  const start = (...given) => {
    next = null;
    running = work(...given).finally(() => (running = null));
    return running;
  };
  return (...given) => {
    if (!running && !next) return start(...given);
    next ??= running.catch(() => {}).then(() => start(...given));
    return next;
  };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
