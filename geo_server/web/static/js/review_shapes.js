/** A revision under review as GeoJSON for the map. `layer` is the layer of the tiles that would show it. Pure. */

import { shownReview, pickedOf } from "./review_model.js";

const collection = (features) => ({ type: "FeatureCollection", features });
const NOTHING = collection([]);

const feature = (type, coordinates, properties) => ({
  type: "Feature",
  geometry: { type, coordinates },
  properties: Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null)),
});

/** All that the layers of the map's style show of a revision. */
export function reviewFeatures({ zones, openings, transitions, walls, lacking }) {
  const told = ({ id, ordinal, category, name = null }) => ({ id, ordinal, category, name });
  return collection([
    ...[...zones.values()].flatMap((zone) => [
      feature("Polygon", zone.coordinates, { ...told(zone), layer: "zones", lacking: lacking.has(zone.id) }),
      feature("Point", zone.at, { ...told(zone), layer: "zone_labels", alias: zone.alias, area_m2: zone.area_m2 }),
    ]),
    ...[...openings.values()].map((opening) =>
      feature("LineString", opening.coordinates, {
        ...told(opening),
        layer: "openings",
        exit: opening.exit,
        number: opening.number,
      }),
    ),
    ...walls.map((wall) =>
      feature("LineString", wall.coordinates, { ordinal: wall.ordinal, layer: "walls", transparent: wall.transparent }),
    ),
    ...transitions.flatMap((way) => ends(way, zones).map(([at, ordinal]) => feature("Point", at, { ...told(way), layer: "transitions", ordinal }))),
  ]);
}

/** The foot of a way between levels on the lower one, its head on the upper one. */
function ends({ type, coordinates, zones: ids }, zones) {
  const places = type === "Point" ? [coordinates, coordinates] : [coordinates[0], coordinates.at(-1)];
  return places.map((at, i) => [at, zones.get(ids[i])?.ordinal ?? null]);
}

/** What is picked, what is being drawn, and the place of the finding that is looked at. */
export function marks(state) {
  if (!shownReview(state)) return NOTHING;
  const picked = pickedOf(state);
  const { sketch, focus } = state;
  const outlines =
    picked?.kind === "zone" ? picked.item.coordinates : picked ? [picked.item.coordinates] : [];
  return collection([
    ...outlines.map((line) => feature("LineString", line, { mark: "picked", ordinal: picked.item.ordinal })),
    ...(sketch?.points.length > 1 ? [feature("LineString", sketch.points, { mark: "line", ordinal: sketch.ordinal })] : []),
    ...(sketch?.points ?? []).map((at) => feature("Point", at, { mark: "end", ordinal: sketch.ordinal })),
    ...(focus?.at && !picked ? [feature("Point", focus.at, { mark: "end", ordinal: focus.ordinal ?? state.ordinal })] : []),
  ]);
}
