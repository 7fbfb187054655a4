/** What the map shows of the moment, as GeoJSON. Coordinates are lon, lat. */

import { now } from "./clock.js";
import { circle } from "./geo.js";

const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });

/**
 * Every leg of every way out and on to its assembly point, on all levels; the map filters by `ordinal`. Lines run from the exit inwards, so that the
 * dashes and arrows of ways that share a stretch fall on one another.
 */
export function routeLines(routes) {
  return collection(
    routes.flatMap((route) =>
      [...(route.legs ?? []), ...(route.onward?.legs ?? [])]
        .filter((leg) => leg.coordinates.length > 1)
        .map((leg) =>
          feature(
            { type: "LineString", coordinates: leg.coordinates.toReversed() },
            { zone_id: route.zone_id, status: route.status, ordinal: leg.ordinal },
          ),
        ),
    ),
  );
}

/** Where a way out changes level, for the chosen way: at the end of each leg but the last. */
export function levelChanges(route, levelName, words) {
  const legs = route?.legs ?? [];
  return collection(
    legs.slice(0, -1).map((leg, index) => {
      const next = legs[index + 1];
      const icon = next.ordinal > leg.ordinal ? "up" : "down";
      return feature(
        { type: "Point", coordinates: leg.coordinates.at(-1) },
        { ordinal: leg.ordinal, icon, words: words(icon, levelName(next.ordinal)) },
      );
    }),
  );
}

/**
 * Where a threat can be by now, and next, on one level. A reach has areas for moments counted from its plan's own: the last
 * that has passed is the one for now, the one after it is where the threat can be soon.
 */
export function reachAreas(reach, ordinal) {
  const areas = (reach?.reach ?? []).filter((area) => area.ordinal === ordinal);
  const { present, next } = reachMoments(reach);
  const shown = [
    [next, "next"],
    [present, "now"],
  ];
  return collection(
    shown.flatMap(([at, step]) =>
      areas.filter((area) => area.at_s === at).map((area) => feature(geometryOf(area), { step, at_s: at })),
    ),
  );
}

/**
 * The two moments shown, in seconds from the plan's: the last one that has passed, and the one to come, with the seconds
 * until then. `spent`: it is so old that the threat can be beyond every area of it.
 */
export function reachMoments(reach) {
  const elapsed = reach ? planAge(reach) : 0;
  const moments = [...new Set((reach?.reach ?? []).map((area) => area.at_s))].sort((a, b) => a - b);
  const next = moments.find((at) => at > elapsed);
  const present = moments.findLast((at) => at <= elapsed);
  return { present, next, next_in_s: next && Math.ceil(next - elapsed), spent: moments.length > 0 && next === undefined };
}

/** Seconds since the moment that a plan, or its reach, counts from. */
export const planAge = ({ made_for_at: at }) => Math.max(0, (now() - Date.parse(at)) / 1000);

const geometryOf = (area) => area.geometry ?? area.area ?? { type: "Polygon", coordinates: area.coordinates };

/**
 * Checkpoints of one level: `sign` says what was found, `words` how long ago somebody looked; those of zones are `lifted`
 * above the zone's name.
 */
export const checkpointMarks = (stops, ordinal, signOf, words, isZone) =>
  collection(
    stops
      .filter((stop) => stop.ordinal === ordinal)
      .map((stop) => {
        const told = { sign: signOf(stop), words: words(stop), lifted: isZone(stop) };
        return feature({ type: "Point", coordinates: stop.at }, { layer: "checkpoints", id: stop.id, ...told });
      }),
  );

/** Ways that are closed, on all levels. */
export const closedPlaces = (closures, words) =>
  collection(
    closures
      .filter((closure) => closure.at)
      .map((closure) => feature({ type: "Point", coordinates: closure.at }, { id: closure.id, ordinal: closure.ordinal, words: words(closure) })),
  );

const edge = ({ at, radius_m, polygon }) => (polygon ? [...polygon, polygon[0]] : circle(at, radius_m));

/** How far off the last sighting may be, or the area that it was made in. */
export const radii = (threats, ordinal) =>
  collection(
    threats
      .filter((threat) => threat.ordinal === ordinal && threat.radius_m > 0)
      .map((threat) => feature({ type: "LineString", coordinates: edge(threat) }, {})),
  );
