/** What the state means: questions that several views ask. Pure. */

import { compass, distance, nearest } from "./geo.js";
import { may } from "./store.js";
import { known, t, tn } from "./strings.js";

/** The open incident, or one that has had its all-clear and is not closed yet, or null. */
export const incidentOf = (state) => state.picture?.incident ?? null;
export const incidentIsOpen = (state) => state.picture?.incident?.state === "open";
export const isExercise = (state) => Boolean(incidentOf(state)?.exercise);
export const threatsOf = (state) => state.picture?.threats ?? [];

/** The status of a zone that is to be shown, or null. Silence is a status only for those who see all reports. */
export function statusOf(state, zone) {
  const report = state.picture?.statuses?.[zone.id];
  if (report) return report.status;
  return zone.occupied && incidentIsOpen(state) && may(state, "see_reports") ? "unreported" : null;
}

/** What people call a zone, with its number: `Library 120`. */
export const zoneName = ({ name, alias }) => (alias && alias !== name ? `${alias} ${name}` : name);

export const levelName = (state, ordinal) =>
  state.site.levels.find((level) => level.ordinal === ordinal)?.name ?? String(ordinal);

/** The level of a zone; on a site of several buildings the building too. */
export const whereabouts = (state, zone) =>
  [levelName(state, zone.ordinal), state.site.buildings.length > 1 && zone.building].filter(Boolean).join(", ");

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

export const routeOf = (state, zoneId) => state.routes.get(zoneId) ?? null;

/** Where a threat is, in words: its zone, or where it is in none the nearest, and its level. */
export function threatPlace(state, threat) {
  const level = levelName(state, threat.ordinal);
  const zone = state.zoneById.get(threat.zone_id);
  if (zone) return t("threat.place", { zone: zoneName(zone), level });
  const near = nearest(threat.at, zonesAt(state, threat));
  return near ? t("threat.near", { zone: zoneName(near), level }) : level;
}

const zonesAt = (state, { ordinal }) => state.zones.filter((zone) => zone.ordinal === ordinal);

/** Where a threat is as seen from a zone: levels above or below, metres, and a compass point. */
export function threatFrom(state, threat, zone) {
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

const collator = new Intl.Collator("en", { numeric: true });
export const byName = (a, b) => a.ordinal - b.ordinal || collator.compare(a.name, b.name);

/** Zones whose name, alias or category holds every word that was typed. */
export function searchZones(zones, typed) {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return zones.filter((zone) => {
    const text = `${zone.name} ${zone.alias ?? ""} ${zone.category}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What people are to do: an order of a person, else what the protocol calls for; null when nothing is known. */
export function toDo(state) {
  if (state.guidance?.directive) return state.guidance.directive;
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
