/** A revision under review: what its floorplan document holds, and what of it the map shows. Pure. */

import { placeInside, planeAround } from "./flat.js";
import { boxAround } from "./geo.js";
import { byName } from "./model.js";

/**
 * @param {object} answer Of `GET …/review`.
 * @param {object} document Its floorplan.
 * @param {{building: string, isFirst: boolean, origin: number[]}} known The building's name; whether nothing of it is
 *   published; where to draw what has no place of its own yet.
 */
export function makeReview({ revision, findings, without_way_out: lacking }, document, { building, isFirst, origin }) {
  const ground = revision.placed ? AS_IT_IS : laidAt(origin, document.features);
  const features = document.features.map((feature) => onMap(feature, ground));
  const ofType = (type) => features.filter((feature) => feature.properties.feature_type === type);
  const levels = ofType("level").map(({ id, properties }) => ({ id, ordinal: properties.ordinal, name: properties.name }));
  return {
    revision,
    building,
    isFirst,
    findings,
    lacking: new Set(lacking),
    levels: levels.sort((a, b) => a.ordinal - b.ordinal),
    toDrawing: ground.toDrawing,
    zones: new Map(ofType("zone").map((feature) => [feature.id, zoneOf(feature)])),
    openings: new Map(ofType("opening").map((feature) => [feature.id, thing(feature)])),
    transitions: ofType("transition").map(thing),
    walls: ofType("wall").map(thing),
  };
}

const thing = ({ id, geometry, properties }) => ({ ...properties, id, coordinates: geometry.coordinates, type: geometry.type });
const zoneOf = (feature) => ({ ...thing(feature), at: placeInside(feature.geometry.coordinates) });

/** Between places on the map and places in the floorplan document. */
const AS_IT_IS = { toMap: (at) => at, toDrawing: (at) => at };

/** A drawing that has no place on the ground yet, laid with its middle at one, unturned. */
function laidAt(origin, features) {
  const [west, south, east, north] = boxOf(features.flatMap(({ geometry }) => (geometry ? placesIn(geometry.coordinates) : [])));
  const [x0, y0] = [(west + east) / 2, (south + north) / 2];
  const { flat, round } = planeAround(origin);
  return {
    toMap: ([x, y]) => round([x - x0, y - y0]),
    toDrawing: (at) => flat(at).map((metres, axis) => metres + [x0, y0][axis]),
  };
}

const isPlace = (coordinates) => typeof coordinates[0] === "number";
const placesIn = (coordinates) => (isPlace(coordinates) ? [coordinates] : coordinates.flatMap(placesIn));
const moved = (coordinates, move) => (isPlace(coordinates) ? move(coordinates) : coordinates.map((part) => moved(part, move)));
const onMap = (feature, { toMap }) =>
  feature.geometry ? { ...feature, geometry: { ...feature.geometry, coordinates: moved(feature.geometry.coordinates, toMap) } } : feature;

/** The review that the map shows now: only on its own tab, and not while a tap on the published map is waited for. */
export const shownReview = ({ tab, review, mode }) =>
  tab === "floorplans" && review && (mode === null || mode.reviewing) ? review : null;

/** The levels that can be switched between: those of the review while it is shown, else the site's. */
export const levelsOf = (state) => shownReview(state)?.levels ?? state.site.levels;

const ROOM_M = 4;
export const wholeReview = ({ zones }) => boxAround([...zones.values()].flatMap((zone) => zone.coordinates[0]), ROOM_M);

export const isDraft = (review) => review.revision.state === "draft";

/** What is picked, as long as it is there: `{kind, item}`, or null. */
export function pickedOf({ review, picked }) {
  const item = picked && review?.[picked.kind === "zone" ? "zones" : "openings"].get(picked.id);
  return item ? { kind: picked.kind, item } : null;
}

export const levelOf = (review, ordinal) => review.levels.find((level) => level.ordinal === ordinal);

const SURE = 0.8;

/** Zones whose outlines may be wrong, the least sure first. */
export const unsureOf = ({ zones }) =>
  [...zones.values()].filter(({ confidence }) => (confidence ?? 1) < SURE).sort((a, b) => a.confidence - b.confidence || byName(a, b));

/** How sure the outline of a zone is, in percent. */
export const percentOf = ({ confidence }) => Math.round(100 * confidence);

/** Zones of higher levels, those that lie over a zone first. */
export function zonesAbove(review, zone) {
  const box = boxOf(zone.coordinates[0]);
  const over = ({ coordinates }) => overlap(box, boxOf(coordinates[0]));
  return [...review.zones.values()]
    .filter((other) => other.ordinal > zone.ordinal)
    .sort((a, b) => a.ordinal - b.ordinal || over(b) - over(a) || byName(a, b));
}

const boxOf = (ring) => {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};

const overlap = ([w, s, e, n], [west, south, east, north]) =>
  Math.max(0, Math.min(e, east) - Math.max(w, west)) * Math.max(0, Math.min(n, north) - Math.max(s, south));

/** Where a thing of the review is, or null: `{at, ordinal}`. */
export function placeOf(review, id) {
  const zone = review.zones.get(id);
  if (zone) return { at: zone.at, ordinal: zone.ordinal };
  const opening = review.openings.get(id);
  return opening ? { at: opening.coordinates[0], ordinal: opening.ordinal } : null;
}
