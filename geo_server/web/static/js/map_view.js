/** Ties the map to the state: what changes there is drawn here. */

import { duration, secondsSince } from "./clock.js";
import { boxAround, distance } from "./geo.js";
import { askOrRecall, keepTiles } from "./kept.js";
import { createMap } from "./map.js";
import { loadLibrary } from "./map_library.js";
import { followReview } from "./map_review.js";
import { checkpointMarks, closedPlaces, levelChanges, radii, reachAreas, routeLines } from "./map_shapes.js";
import { sourceOf, tilePath } from "./map_style.js";
import {
  closureName,
  firstLevel,
  guidanceOf,
  incidentIsOpen,
  isSure,
  kindTitle,
  levelName,
  routeOf,
  routesOf,
  statusOf,
  threatsOf,
  untilQuiet,
} from "./model.js";
import { levelsOf, shownReview, wholeReview } from "./review_model.js";
import { ownRound, stopNow, stopsOf } from "./rounds_model.js";
import { may } from "./store.js";
import { tilesOf } from "./tile_cover.js";
import { t } from "./strings.js";

const REACH_MS = 1000;
const BUILDING_ROOM_M = 10;
const PERSON_ROOM_M = 10;
/** A threat farther off than this is not brought into one view with the person. */
const FAR_M = 90;
/** From when the map is drawn until it is kept for later: whoever came to look or to report goes first. */
const KEEP_AFTER_MS = 5000;

/**
 * Make the map and keep it right. Where it cannot be drawn, say so: the lists hold the same information.
 * @returns {Promise<object|null>} Ready when it is drawn, or cannot be; that may be late, or never.
 */
export async function showMap(store, onTap) {
  const container = document.getElementById("map");
  const sayMissing = (key) => {
    container.textContent = t(key);
    container.classList.add("is-missing");
  };
  try {
    const { styles, isOld } = await loadStyles(store.state.site.slug);
    const library = await loadLibrary(() => sayMissing("map.late"));
    container.textContent = "";
    container.classList.remove("is-missing");
    const { site, ordinal, theme } = store.state;
    const bounds = bestView(store.state);
    const view = await createMap(container, library, { styles, bounds, centre: site.origin, ordinal, theme, onTap });
    container.map = view.map; // For tests and the browser's console.
    follow(store, view);
    followStyles(store, view, isOld);
    followReview(store, view);
    turnToFirstThreat(store, view);
    turnToOwnRoom(store, view);
    view.map.once("idle", () => setTimeout(keepMap, KEEP_AFTER_MS, store, styles));
    return view;
  } catch (fault) {
    console.warn(fault);
    sayMissing("error.map");
    return null;
  }
}

/** The buildings, without the assembly points that may lie far off; the one under review while it is shown. */
export function wholeSite(state) {
  const review = shownReview(state);
  if (review) return wholeReview(review);
  return boxAround(state.zones.map((zone) => zone.at), BUILDING_ROOM_M) ?? state.site.bounds;
}

/** Whoever leads sees the threat's building; others their own room, with the threat when that is near; else everything. */
function bestView(state) {
  const [threat] = threatsOf(state);
  const mine = state.zoneById.get(state.mine);
  if (mine && !may(state, "see_plan")) return viewFrom(state, mine, threat);
  return threat ? buildingView(state, threat) : wholeSite(state);
}

function viewFrom(state, mine, threat) {
  const route = guidanceOf(state)?.route;
  if (route) return boxAround([mine.at, ...coordinatesOn(route, mine.ordinal)], PERSON_ROOM_M);
  const together = threat && mine.ordinal === threat.ordinal && distance(mine.at, threat.at) < FAR_M;
  return together ? boxAround([mine.at, threat.at], PERSON_ROOM_M) : boxAround([mine.at], FAR_M / 3);
}

function buildingView(state, { at, building }) {
  const zones = state.zones.filter((zone) => zone.building === building);
  return boxAround([at, ...zones.map((zone) => zone.at)], BUILDING_ROOM_M);
}

/** Whoever says where they are wants to see it. */
function turnToOwnRoom(store, view) {
  let before = store.state.mine;
  store.watch(["mine"], ({ mine, selected }) => {
    if (mine === before) return;
    before = mine;
    if (selected !== null || may(store.state, "see_plan")) return;
    store.set({ ordinal: firstLevel(store.state) });
    view.fit(bestView(store.state));
  });
}

/** When the first threat is reported, turn to it; later ones must not take the map out of anyone's hands. */
function turnToFirstThreat(store, view) {
  let before = threatsOf(store.state).length;
  store.watch(["picture"], (state) => {
    const [threat, ...others] = threatsOf(state);
    if (threat && before === 0 && others.length === 0 && state.selected === null) {
      store.set({ ordinal: firstLevel(state) });
      view.fit(bestView(store.state));
    }
    before = threatsOf(state).length;
  });
}

async function loadStyles(slug) {
  const base = `/api/sites/${slug}/style.json`;
  const [light, dark] = await Promise.all([base, `${base}?dark=true`].map((path) => askOrRecall(path)));
  return { styles: { light: light.value, dark: dark.value }, isOld: [light, dark].some(({ keptAt }) => keptAt !== null) };
}

/** Draw what is newly published, and what is of now in place of what was kept as soon as the page is live. */
function followStyles(store, view, isOld) {
  let rev = isOld ? null : store.state.site.floorplan_rev;
  store.watch(["site", "connection"], async ({ site, connection }) => {
    if (site.floorplan_rev === rev || !connection.live) return;
    rev = site.floorplan_rev;
    const loaded = await loadStyles(site.slug).catch((fault) => console.warn(fault));
    if (!loaded || loaded.isOld) {
      rev = null; // Asked for again with the next sign that the page is live.
      return;
    }
    view.renew(loaded.styles);
    keepMap(store, loaded.styles);
  });
}

/** Keep the whole map on this device, once what is shown is there, and not while an incident is open. */
async function keepMap(store, styles) {
  const { zones, connection } = store.state;
  if (!connection.live) return;
  const style = styles.light;
  const mayAsk = async () => incidentIsOpen(store.state) && untilQuiet(store);
  const kept = await keepTiles(tilesOf(zones, tilePath(style), style.sources[sourceOf(style)]), mayAsk).catch(() => false);
  document.body.dataset.keptMap = String(kept);
}

function follow(store, view) {
  const { map } = view;
  const words = {
    kindTitle: (kind) => kindTitle(store.state, kind),
    levelName: (ordinal) => levelName(store.state, ordinal),
  };

  store.watch(["ordinal"], (state) => {
    view.show({ ordinal: state.ordinal });
    const level = levelsOf(state).find(({ ordinal }) => ordinal === state.ordinal)?.name ?? state.ordinal;
    map.getCanvas().setAttribute("aria-label", t("map.label", { level }));
  });
  store.watch(["theme"], ({ theme }) => view.show({ theme }));
  store.watch(["picture", "ordinal"], (state) => {
    view.markers.threats(threatsOf(state), state.ordinal, words);
    view.setData("radius", radii(threatsOf(state), state.ordinal));
  });
  const closed = (closure) => `${closureName(closure)}: ${t(`close.${closure.reason}`)}`;
  store.watch(["picture"], ({ picture }) => view.setData("closures", closedPlaces(picture?.closures ?? [], closed)));
  store.watch(["concerns"], ({ concerns }) => view.markers.concerns(concerns));
  store.watch(["mine", "ordinal", "zones"], (state) => {
    view.markers.you(state.zoneById.get(state.mine), state.ordinal);
    view.mark("mine", state.mine);
  });

  const statuses = new Map();
  store.watch(["picture", "zones"], (state) => {
    for (const zone of state.zones) {
      const status = statusOf(state, zone);
      if ((statuses.get(zone.id) ?? null) === status) continue;
      statuses.set(zone.id, status);
      view.setStatus(zone.id, status);
    }
  });

  const unsure = new Set();
  store.watch(["routes", "lapsed"], (state) => {
    for (const { id } of state.zones) {
      const route = routeOf(state, id);
      const is = route !== null && !isSure(route);
      if (is === unsure.has(id)) continue;
      view.setUnsure(id, is);
      unsure[is ? "add" : "delete"](id);
    }
  });
  store.watch(["routes", "guidance", "mine", "lapsed"], (state) => view.setData("routes", routeLines(shownRoutes(state))));
  store.watch(["selected", "routes", "guidance", "mine", "lapsed"], (state) => {
    const zoneId = chosenZone(state);
    const route = routeOf(state, zoneId) ?? (zoneId === state.mine ? guidanceOf(state)?.route : null);
    view.mark("selected", state.selected);
    view.choose(route ? zoneId : null);
    view.setData("turns", levelChanges(route, words.levelName, (way, level) => `${t(`route.${way}`)}: ${level}`));
  });
  store.watch(["selected"], (state) => {
    const zone = state.zoneById.get(state.selected);
    const route = zone && routeOf(state, zone.id);
    if (route) view.fit(boxAround([zone.at, ...coordinatesOn(route, zone.ordinal)], PERSON_ROOM_M));
    else if (zone && !map.getBounds().contains(zone.at)) view.go(zone.at);
  });
  let followed = null;
  store.watch(["guidance", "mine"], (state) => {
    const exit = guidanceOf(state)?.route?.exit_id ?? null;
    if (exit && exit !== followed && !may(state, "see_plan")) {
      store.set({ ordinal: state.zoneById.get(state.mine).ordinal });
      view.fit(bestView(state));
    }
    followed = exit;
  });
  store.watch(["focus"], (state) => {
    if (state.focus?.whole) view.fit(wholeSite(state));
    else if (state.focus) view.go(state.focus.at);
  });

  store.watch(["tab", "ordinal", "coverage", "walking", "rounds", "round", "checkpoint"], (state) => {
    view.setData("checkpoints", state.tab === "rounds" ? roundMarks(state) : checkpointMarks([]));
  });

  let drawn = null;
  const drawReach = () => {
    const { reach, ordinal } = store.state;
    const areas = reachAreas(reach, ordinal);
    const told = `${reach?.made_for_at}|${ordinal}|${areas.features.map((one) => one.properties.at_s)}`;
    if (told === drawn) return;
    drawn = told;
    view.setData("reach", areas);
  };
  store.watch(["reach", "ordinal"], drawReach);
  setInterval(drawReach, REACH_MS);
}

/** Of the person's round what is done and to do; without one when each checkpoint was looked at last. */
function roundMarks(state) {
  const walks = ownRound(state) !== null;
  const next = walks ? stopNow(state)?.id : null;
  const known = { fault: "fault", never: "undone", ok: "done" };
  const signOf = (stop) => (stop.id === next ? "now" : walks ? (stop.found ?? "undone") : known[stop.state]);
  const words = ({ last_checked_at: at }) => (walks ? "" : at ? duration(secondsSince(at)) : t("round.never"));
  const isZone = ({ subject_id: id }) => state.zoneById.has(id);
  return checkpointMarks(stopsOf(state), state.ordinal, signOf, words, isZone);
}

const coordinatesOn = (route, ordinal) =>
  route.legs.filter((leg) => leg.ordinal === ordinal).flatMap((leg) => leg.coordinates);

/** Responders see the ways out of all zones, staff at most their own. */
function shownRoutes(state) {
  if (state.routes.size) return routesOf(state);
  const own = guidanceOf(state)?.route;
  return own ? [own] : [];
}

/** A room that is being looked at; else the person's own when its way out may be shown. */
const chosenZone = (state) => state.selected ?? (state.routes.size ? null : guidanceOf(state)?.route ? state.mine : null);
