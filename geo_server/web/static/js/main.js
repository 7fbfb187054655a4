/** Begins here: who is signed in, which site, what they may do; then the views that suit. */

import { showActions } from "./actions.js";
import { announceChanges, createSpeaker } from "./announce.js";
import { Refusal, askFor } from "./api.js";
import { showCard } from "./card.js";
import { watchConnection } from "./connection.js";
import { askServer, catchUp, followSite, openSite } from "./data.js";
import { askOrRecall, forgetKept, keep, keepFor, openKept } from "./kept.js";
import { translateFrame } from "./languages.js";
import { PATIENCE_MS, pause } from "./map_library.js";
import { showMapTools } from "./map_tools.js";
import { showMap, wholeSite } from "./map_view.js";
import { firstLevel, freshnessOf, incidentIsOpen, lapsedWays, toDo, untilQuiet } from "./model.js";
import { showNotices } from "./notices.js";
import { createOutbox, waitingCount } from "./outbox.js";
import { rememberRoom, takeScannedRoom } from "./own_room.js";
import { showPanel } from "./panel.js";
import { startReport } from "./report.js";
import { createReporter } from "./reporter.js";
import { shownReview } from "./review_model.js";
import { followRounds } from "./rounds_data.js";
import { createRoundsOutbox, roundsWaiting } from "./rounds_outbox.js";
import { keepShell, renewShell } from "./shell.js";
import { createSightingsOutbox, sightingsWaiting } from "./sightings_outbox.js";
import { createStore, may, reportsOwnRoom } from "./store.js";
import { t } from "./strings.js";
import { followTheme } from "./theme.js";
import { showTop } from "./top.js";
import { showFault, showSignedOut, showSites } from "./welcome.js";

const EMPTY = {
  me: null,
  site: null,
  zones: [],
  zoneById: new Map(),
  openings: [],
  openingById: new Map(),
  protocols: null,
  picture: null,
  sightings: [],
  plan: null,
  planEtag: null,
  reach: null,
  reachEtag: null,
  routes: new Map(),
  guidance: null,
  freshness: "live",
  lapsed: "",
  outbox: [],
  unsent: [],
  othersUnsent: [],
  othersWaiting: 0,
  connection: { live: true, asOf: Date.now(), why: null },
  ordinal: 0,
  selected: null,
  mine: null,
  recent: [],
  focus: null,
  mode: null,
  review: null,
  picked: null,
  sketch: null,
  tab: null,
  drill: null,
  kept: null,
  walked: null,
  walking: [],
  rounds: [],
  round: null,
  coverage: [],
  faults: [],
  checkpoint: null,
  noticed: null,
  concerns: [],
  concernsWaiting: 0,
  fault: null,
  newer: false,
  ownTheme: null,
  dimmed: false,
  theme: "light",
};

/** The site that this page's address names; empty at the root. */
const siteInAddress = () => decodeURIComponent(location.pathname.match(/^\/sites\/([^/]+)\/?$/)?.[1] ?? "");

async function begin() {
  const slug = siteInAddress();
  const scanned = slug && takeScannedRoom(slug);
  await openKept(slug);
  const { value: me, keptAt } = await askOrRecall("/api/me");
  if (slug) await beginSite(me, slug, { keptAt, scanned });
  else if (me.sites.length === 1) location.replace(`/sites/${encodeURIComponent(me.sites[0].slug)}${location.search}`);
  else {
    showSites(me.sites);
    renewShell();
  }
}

/**
 * @param {number|null} keptAt When by this device's clock `me` was said, where the server does not answer.
 * @param {string|null} scanned The room that the code of a door has named.
 */
async function beginSite(me, slug, { keptAt, scanned }) {
  const store = createStore({ ...EMPTY, me });
  askFor(me.person.id);
  if (keptAt === null) {
    await (isGuest(me, slug) ? forgetKept() : keepFor(me.person.id, slug));
    keep("/api/me", me);
  }
  const old = [keptAt, await openSite(store, slug)].filter((at) => at !== null);
  rememberRoom(store, slug);
  followTheme(store);
  let feed = null;
  let behind = old.length > 0;
  const onSignedOut = () => location.reload();
  const load = async () => {
    if (!feed) throw new Error("The page is still being put together.");
    try {
      if (behind) await catchUp(store, slug);
      behind = false;
      await feed.load();
    } catch (fault) {
      if (fault.status === 401) onSignedOut();
      throw fault;
    }
  };
  const onBack = () => feed?.hurry();
  const connection = watchConnection(store, { ping: askServer, load, onBack });
  if (behind) connection.begin(Math.min(...old));
  feed = await followSite(store, slug, {
    onFresh: () => behind || connection.fresh(),
    onKept: connection.begin,
    onHear: connection.hear,
    onBreak: connection.doubt,
    onFault: connection.lose,
    onSignedOut,
  });
  store.set({ ordinal: firstLevel(store.state) });

  const speaker = createSpeaker();
  const session = { onSignedOut };
  const outbox = createOutbox(store, slug, session);
  const sightings = createSightingsOutbox(store, slug, session);
  const report = () =>
    startReport(store, sightings, ({ answer }) => {
      speaker.say(t(answer.plan === "failed" ? "report.no_plan" : "report.sent"));
      store.set({ fault: answer.plan === "failed" ? t("report.no_plan") : null });
      feed.refresh();
    });

  showTop(store);
  showNotices(store, sightings);
  showCard(store);
  const { form, say } = createReporter(store, outbox);
  if (reportsOwnRoom(store.state)) showActions(store, { say, startReport: report });
  showPanel(store, { outbox, sightings, form, ...(may(store.state, "walk_rounds") && startRounds(store, slug, session)) });
  if (scanned && !store.state.zoneById.has(scanned)) store.set({ fault: t("me.unknown_code") });
  announceChanges(store, speaker);
  dimInLockdown(store);
  // What is shown grows old, and the last moment to leave passes, without anything coming from the server.
  const lookForAge = () => {
    store.set({ freshness: freshnessOf(store.state) });
    store.set({ lapsed: lapsedWays(store.state) });
  };
  setInterval(lookForAge, 1000);
  store.watch(["picture", "routes", "connection"], lookForAge);
  store.watch(["mine"], () => feed.guidance());
  document.body.dataset.view = "site";
  document.body.classList.toggle("is-responder", may(store.state, "see_statuses"));

  // What floats over the map is of use without one: levels for the lists, the legend, and the button that reports a threat.
  const view = showMap(store, (tap) => onTap(store, tap));
  showMapTools(store, { fitSite: async () => (await view)?.fit(wholeSite(store.state)), startReport: report });
  await Promise.race([view, pause(PATIENCE_MS)]);
  document.body.dataset.ready = "true";
  await untilQuiet(store);
  document.body.dataset.kept = String(await keepShell(store).catch(() => false));
}

/** What walking rounds needs. */
const startRounds = (store, slug, session) => ({
  rounds: createRoundsOutbox(store, slug, session),
  loadRounds: followRounds(store),
});

/** Whoever came by a link that ends keeps nothing beyond its end. */
const isGuest = (me, slug) => me.sites.find((site) => site.slug === slug)?.role === "guest";

function onTap(store, tap) {
  const { mode } = store.state;
  if (mode?.onPlace) return mode.onPlace(tap);
  if (mode?.onZone) {
    if (!tap.zoneId) return undefined;
    store.set({ mode: null });
    return mode.onZone(tap.zoneId);
  }
  if (shownReview(store.state)) return store.set({ picked: pickedBy(tap) });
  if (store.state.tab === "rounds") return tap.checkpointId && store.set({ checkpoint: tap.checkpointId });
  return store.set({ selected: tap.zoneId });
}

/** What a tap on a revision under review means: a door where there is one, else a zone. */
function pickedBy({ openingId, zoneId }) {
  if (openingId) return { kind: "opening", id: openingId };
  return zoneId && { kind: "zone", id: zoneId };
}

/** A bright screen can give away who hides: dark for staff while a lockdown is in force where they are. */
function dimInLockdown(store) {
  store.watch(["picture", "guidance", "mine"], (state) => {
    const hidden = incidentIsOpen(state) && toDo(state)?.action === "lockdown";
    store.set({ dimmed: hidden && !may(state, "see_statuses") });
  });
}

/** What still waits on this device for the server. */
function waitingFor(slug) {
  const threats = sightingsWaiting(slug);
  return { reports: threats + waitingCount(slug) + roundsWaiting(slug), threats };
}

translateFrame(t);
begin().catch(async (fault) => {
  if (fault instanceof Refusal && fault.status === 401) {
    await forgetKept();
    showSignedOut(waitingFor(siteInAddress()));
  } else {
    console.warn(fault);
    showFault(fault instanceof TypeError ? t("error.page") : fault.message);
  }
  renewShell();
});
