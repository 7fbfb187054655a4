/** Ties the map to the state: what changes there is drawn here. */

import { getJson } from "./api.js";
import { boxAround } from "./geo.js";
import { createMap } from "./map.js";
import { levelChanges, radii, reachAreas, routeLines } from "./map_shapes.js";
import { kindTitle, levelName, routeOf, statusOf, threatsOf } from "./model.js";
import { t } from "./strings.js";

const REACH_MS = 1000;
const BUILDING_ROOM_M = 10;
const PERSON_ROOM_M = 10;

/** Make the map and keep it right. Where it cannot be drawn, say so: the lists hold the same information. */
export async function showMap(store, onTap) {
  const container = document.getElementById("map");
  try {
    const styles = await loadStyles(store.state.site.slug);
    const { site, ordinal, theme } = store.state;
    const bounds = firstView(store.state);
    const view = await createMap(container, { styles, bounds, centre: site.origin, ordinal, theme, onTap });
    container.map = view.map; // For tests and the browser's console.
    follow(store, view);
    return view;
  } catch (fault) {
    console.warn(fault);
    container.textContent = t("error.map");
    container.classList.add("is-missing");
    return null;
  }
}

/** The buildings, without the assembly points that may lie far off. */
export const wholeSite = (state) => boxAround(state.zones.map((zone) => zone.at), BUILDING_ROOM_M) ?? state.site.bounds;

/** Whoever knows their room sees it and the threat; everybody else sees everything. */
function firstView(state) {
  const mine = state.zoneById.get(state.mine);
  const threats = threatsOf(state).filter((threat) => threat.ordinal === mine?.ordinal);
  if (!mine || threats.length === 0) return wholeSite(state);
  return boxAround([mine.at, ...threats.map((threat) => threat.at)], PERSON_ROOM_M);
}

async function loadStyles(slug) {
  const base = `/api/sites/${slug}/style.json`;
  const [light, dark] = await Promise.all([getJson(base), getJson(`${base}?dark=true`)]);
  return { light, dark };
}

function follow(store, view) {
  const { map } = view;
  let rev = store.state.site.floorplan_rev;
  const words = {
    kindTitle: (kind) => kindTitle(store.state, kind),
    levelName: (ordinal) => levelName(store.state, ordinal),
  };

  store.watch(["ordinal"], (state) => {
    view.show({ ordinal: state.ordinal });
    map.getCanvas().setAttribute("aria-label", t("map.label", { level: levelName(state, state.ordinal) }));
  });
  store.watch(["theme"], ({ theme }) => view.show({ theme }));
  store.watch(["site"], async ({ site }) => {
    if (site.floorplan_rev === rev) return;
    rev = site.floorplan_rev;
    view.show({ styles: await loadStyles(site.slug) });
  });
  store.watch(["picture", "ordinal"], (state) => {
    view.markers.threats(threatsOf(state), state.ordinal, words);
    view.setData("radius", radii(threatsOf(state), state.ordinal));
  });
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

  store.watch(["routes", "guidance"], (state) => view.setData("routes", routeLines(shownRoutes(state))));
  store.watch(["selected", "routes", "guidance", "mine"], (state) => {
    const zoneId = chosenZone(state);
    const route = routeOf(state, zoneId) ?? (zoneId === state.mine ? state.guidance?.route : null);
    view.mark("selected", state.selected);
    view.choose(route ? zoneId : null);
    view.setData("turns", levelChanges(route, words.levelName, (way, level) => `${t(`route.${way}`)}: ${level}`));
  });
  store.watch(["selected"], (state) => {
    const zone = state.zoneById.get(state.selected);
    if (zone && !map.getBounds().contains(zone.at)) view.go(zone.at);
  });
  store.watch(["focus"], ({ focus }) => focus && view.go(focus.at));

  let drawn = null;
  const drawReach = () => {
    const { plan, ordinal } = store.state;
    const areas = reachAreas(plan, ordinal);
    const told = `${plan?.made_for_at}|${ordinal}|${areas.features.map((one) => one.properties.at_s)}`;
    if (told === drawn) return;
    drawn = told;
    view.setData("reach", areas);
  };
  store.watch(["plan", "ordinal"], drawReach);
  setInterval(drawReach, REACH_MS);
}

/** Responders see the ways out of all zones, staff at most their own. */
function shownRoutes(state) {
  if (state.routes.size) return [...state.routes.values()];
  return state.guidance?.route ? [state.guidance.route] : [];
}

/** A room that is being looked at; else the person's own when its way out may be shown. */
const chosenZone = (state) => state.selected ?? (state.routes.size ? null : state.guidance?.route ? state.mine : null);
