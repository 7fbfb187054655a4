/** What the state means: questions that several views ask. Pure. */

import { now, secondsSince, serverIso } from "./clock.js";
import { compass, distance, nearest } from "./geo.js";
import { language } from "./languages.js";
import { may, reportsOwnRoom } from "./store.js";
import { known, t, tn } from "./strings.js";

/** How old what is shown may be before no way out in it counts as guaranteed, and an order says its age, in s. */
const OLD_S = 120;

/** `live`, or `recent` or `old` where nothing newer reaches this device. */
export function freshnessOf({ connection }) {
  if (connection.live) return "live";
  return secondsSince(serverIso(connection.asOf)) > OLD_S ? "old" : "recent";
}
const isOld = ({ freshness }) => freshness === "old";

/** The open incident, or one that has had its all-clear and is not closed yet, or null. */
export const incidentOf = (state) => state.picture?.incident ?? null;
export const incidentIsOpen = (state) => state.picture?.incident?.state === "open";
/** Resolves once no incident is open: what can wait leaves the network to those who need it now. */
export const untilQuiet = (store) => new Promise((done) => store.watch(["picture"], (state) => incidentIsOpen(state) || done()));
export const isExercise = (state) => Boolean(incidentOf(state)?.exercise);
/** Whether a report of this device was made in the incident of now. One from an earlier incident says nothing in this one. */
export const isOfIncident = (state, report) => Boolean(incidentOf(state)) && report.content.incident_id === incidentOf(state).id;
/** Alarms that contradict what people are told to do and that nobody has settled yet. */
export const openConflicts = (state) => (state.picture?.conflicts ?? []).filter((conflict) => !conflict.settled);
export const threatsOf = (state) => state.picture?.threats ?? [];

/** The status of a zone that is to be shown, or null. Silence is a status only for those who see all reports. */
export function statusOf(state, zone) {
  const report = state.picture?.statuses?.[zone.id];
  if (report) return report.status;
  return zone.occupied && incidentIsOpen(state) && may(state, "see_statuses") ? "unreported" : null;
}

/** Since when a report holds: one that waited on a phone is older than its arrival, and a phone's clock makes none newer. */
export const saidAt = ({ client_at: said, received_at: received }) => (said && Date.parse(said) < Date.parse(received) ? said : received);

/** What people call a zone, with its number: `Library 120`. */
export const zoneName = ({ name, alias }) => (alias && alias !== name ? `${alias} ${name}` : name);

export const levelName = (state, ordinal) =>
  state.site.levels.find((level) => level.ordinal === ordinal)?.name ?? String(ordinal);

const buildingName = (state, zone) => (state.site.buildings.length > 1 ? zone.building : null);

/** What is closed, by its name; what is no longer on the map has none. */
export const closureName = ({ name }) => name ?? t("close.gone");

/** The level of a zone; on a site of several buildings the building too. */
export const whereabouts = (state, zone) =>
  [levelName(state, zone.ordinal), buildingName(state, zone)].filter(Boolean).join(", ");

/** A zone by its name alone; on a site of several buildings, where a name can be there twice, with its building. */
export const fullName = (state, zone) => [zoneName(zone), buildingName(state, zone)].filter(Boolean).join(", ");

/** The level that matters: that of the person's room where only their own way is shown, else the threat's. */
export function firstLevel(state) {
  const ordinals = state.site.levels.map((level) => level.ordinal);
  const own = state.zoneById.get(state.mine)?.ordinal;
  const threatened = threatsOf(state)[0]?.ordinal;
  const wanted = (may(state, "see_plan") ? (threatened ?? own) : (own ?? threatened)) ?? 0;
  return ordinals.includes(wanted) ? wanted : (ordinals[0] ?? 0);
}

export const kindTitle = (state, key) => state.protocols.kinds.find((kind) => kind.key === key)?.title ?? key;
export const actionOf = (state, key) => state.protocols.actions.find((action) => action.key === key) ?? null;
export const statusTitle = (status) => known(`status.${status}`, status);

/** The way out of a zone as of now, or null; `routesOf` all of them. A plan that does not know of everything that was reported
 * since guarantees nothing, nor does any while nobody has said where the threat is. */
export const routeOf = (state, zoneId) => asPlanned(state, state.routes.get(zoneId)) ?? null;
export const routesOf = (state) => [...state.routes.values()].map((route) => asPlanned(state, route));
const asPlanned = (state, route) => {
  if (isPlaceUnknown(state)) return unsure(route, "place_unknown");
  return isBehind(state) ? unsure(route) : asTold(state, route);
};
/** Whether what threatens is at some place, and nobody has said at which. */
export const isPlaceUnknown = ({ picture }) => Boolean(picture?.place_unknown);
const isBehind = ({ picture, planEtag }) => Boolean(picture) && (picture.plan_behind || (picture.plan?.etag ?? null) !== planEtag);

/** Whether the reach shown is that of an earlier plan: that of the latest one is being drawn, or could not be. */
export const isReachOlder = ({ picture, reach }) => Boolean(reach) && reach.made_for_at !== picture.plan?.made_for_at;

/**
 * Where a threat is, in words: its zone, or where it is in none the nearest, its level, and its building unless that is
 * the building of `seenFrom`.
 */
export function threatPlace(state, threat, seenFrom = null) {
  const zone = state.zoneById.get(threat.zone_id);
  const named = zone ?? nearest(threat.at, zonesAt(state, threat));
  if (!named) return levelName(state, threat.ordinal);
  const level = named.building === seenFrom?.building ? levelName(state, named.ordinal) : whereabouts(state, named);
  return t(zone ? "threat.place" : "threat.near", { zone: zoneName(named), level });
}

const zonesAt = (state, { ordinal }) => state.zones.filter((zone) => zone.ordinal === ordinal);

/** Where a threat is as seen from a zone: levels above or below, metres, and a compass point. */
export function threatFrom(state, threat, zone) {
  if (threat.zone_id === zone.id) return t("threat.same_room");
  const values = {
    metres: Math.max(5, Math.round(distance(zone.at, threat.at) / 5) * 5),
    compass: t(`compass.${compass(zone.at, threat.at)}`),
  };
  const levels = threat.ordinal - zone.ordinal;
  if (levels === 0) return t("threat.relative", values);
  return tn(levels > 0 ? "threat.relative_above" : "threat.relative_below", Math.abs(levels), values);
}

/** Rooms that answers are expected from, and any that has one: the most urgent first, then the nearest to a threat. */
export function roomsByUrgency(state) {
  const threats = threatsOf(state);
  const away = (zone) =>
    Math.min(...threats.map((threat) => distance(zone.at, threat.at) + 30 * Math.abs(threat.ordinal - zone.ordinal)), 1e9);
  return state.zones
    .filter((zone) => zone.occupied || state.picture?.statuses?.[zone.id])
    .map((zone) => ({ zone, rank: state.protocols.statuses.indexOf(statusOf(state, zone) ?? "unreported"), away: away(zone) }))
    .sort((a, b) => a.rank - b.rank || a.away - b.away || byName(a.zone, b.zone))
    .map(({ zone }) => zone);
}

const collator = new Intl.Collator(language, { numeric: true });
export const byName = (a, b) => a.ordinal - b.ordinal || collator.compare(a.name, b.name);

const fold = (text) => text.toLocaleLowerCase().trim().replaceAll(/\s+/g, " ");

/** Zones whose name, alias or category holds every word that was typed: the one of just that name first. */
export function searchZones(zones, typed) {
  const wanted = fold(typed);
  const words = wanted.split(" ");
  const found = zones.filter((zone) => {
    const text = fold(`${zone.name} ${zone.alias ?? ""} ${zone.category}`);
    return words.every((word) => text.includes(word));
  });
  return wanted ? found.sort((a, b) => likeness(b, wanted) - likeness(a, wanted)) : found;
}

/** How near a zone's name is to what was typed: 2 the same, 1 begins so, 0 holds it somewhere. */
function likeness(zone, wanted) {
  const names = [zone.name, zone.alias ?? "", zoneName(zone)].map(fold);
  if (names.includes(wanted)) return 2;
  return Number(names.some((name) => name.startsWith(wanted)));
}

/** What of a picture the guidance for a room rests on, as one text to compare. */
export const basisOf = (picture) =>
  JSON.stringify([
    [picture?.incident?.id, picture?.incident?.state, picture?.floorplan_rev, picture?.plan_behind],
    picture?.threats?.map(({ id, at, seen_at: seen }) => [id, at, seen]),
    [...(picture?.directives ?? []), ...(picture?.closures ?? [])].map(({ id }) => id),
  ]);

/** What the server says of the person's own room; null while only that of a room chosen before is here, or of before something
 * was seen, closed or ordered: the picture's own orders count until it says it anew. */
export const guidanceOf = ({ guidance, mine, freshness, picture }) =>
  guidance?.zone.id === mine && guidance.basis === basisOf(picture) ? { ...guidance, route: asTold({ freshness }, guidance.route) } : null;

/** What people are to do: an order of a person, else what the protocol calls for; null when nothing is known. */
export function toDo(state) {
  const told = guidanceOf(state)?.directive;
  if (told) return told;
  const order = orderFor(state, state.mine);
  if (order) return order;
  const kind = state.protocols.kinds.find((one) => one.key === incidentOf(state)?.kind);
  const action = kind ? actionOf(state, kind.action) : null;
  return action && { ...action, action: action.key };
}

/** The order in force for a zone: the last one given to it or to the site; null when nobody has ordered anything. */
export function orderFor(state, zoneId) {
  const orders = (state.picture?.directives ?? []).filter((order) => order.zone_id === null || order.zone_id === zoneId);
  return orders.reduce((last, order) => (last && last.given_at >= order.given_at ? last : order), null);
}

const SAFE = ["safe_shortest", "safe_detour"];

/** Whether a way out is guaranteed to whoever leaves now. It no longer is when the last moment to leave has passed. */
export const isSure = (route) => isCalledSafe(route) && !isTooLate(route);

const isCalledSafe = (route) => SAFE.includes(route?.status);

/**
 * Whether one of several ways that were worked out at a moment is still guaranteed to whoever takes it now.
 * @param {{safe: boolean, latest_departure_s: number|null}} way
 */
export const isStillSafe = (state, way, at) =>
  isSure(asPlanned(state, { ...way, status: way.safe ? "safe_detour" : "no_guaranteed_route", made_for_at: at }));

const isTooLate = ({ latest_departure_s: within, made_for_at: at }) => within !== null && now() > Date.parse(at) + within * 1000;

/** A way out as it is to be shown: what it was ahead by says nothing once the last moment to leave has passed. */
const asOfNow = (route) => (isSure(route) ? route : unsure(route));

/** A way out as of what was told last: nobody vouches for one once that is old. */
const asTold = (state, route) => (isOld(state) ? unsure(route) : asOfNow(route));

function unsure(route, because = null) {
  if (!isCalledSafe(route)) return route;
  const alternatives = route.alternatives?.map((other) => ({ ...other, margin_s: null }));
  return { ...route, status: "no_guaranteed_route", unsure_because: because, margin_s: null, alternatives };
}

/** How many zones of the level that is shown have a way out that is guaranteed as things stand, by the shortest way or a detour,
 * how many only one that is not, and how many none at all. Null before there is a plan. */
export function countWays(state) {
  if (state.routes.size === 0) return null;
  const counts = { safe_shortest: 0, safe_detour: 0, no_guaranteed_route: 0, unreachable: 0 };
  for (const { zone_id: id, status } of routesOf(state)) {
    if (state.zoneById.get(id)?.ordinal === state.ordinal) counts[status] += 1;
  }
  return counts;
}

/** The ways out that were safe when they were worked out and no longer are, by zone, as one text to compare. */
export function lapsedWays(state) {
  const planned = [...state.routes.values()].filter((route) => isCalledSafe(route) && !isSure(asPlanned(state, route)));
  const own = [state.guidance?.route].filter((route) => isCalledSafe(route) && !isSure(asTold(state, route)));
  return [...planned, ...own].map((route) => route.zone_id).join(" ");
}

/** Whether people in the person's own room are told to leave although no way out of it is guaranteed. */
export function leavesUnsure(state) {
  if (!state.mine || !actionOf(state, toDo(state)?.action)?.may_leave) return false;
  return !isSure(guidanceOf(state)?.route);
}

/** The one sentence to act on. An order to leave by a route that nobody can vouch for, or that is not shown since the person has
 * not said where they are, would send people into the threat. */
export function sentenceFor(state, doing) {
  if (!doing) return t("card.no_order_words");
  if (!state.mine && reportsOwnRoom(state) && actionOf(state, doing.action)?.may_leave) return t("card.no_room_way");
  return leavesUnsure(state) ? t("card.no_sure_way") : doing.words;
}

/** Zones that an order to leave would reach (those of the site, or one) and that have no guaranteed way out. */
export function unsureZones(state, only = null) {
  return (only ? [only] : state.zones)
    .filter((zone) => zone.occupied || state.routes.has(zone.id))
    .filter((zone) => !isSure(routeOf(state, zone.id)))
    .sort((a, b) => Number(b.occupied) - Number(a.occupied) || byName(a, b));
}
