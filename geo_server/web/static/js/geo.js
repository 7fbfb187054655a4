/** Distances and directions between lon, lat points that are less than a few kilometres apart. */

const METRES_PER_DEGREE = 111_320;

/** Metres east and north from one point to another. */
function offset([lon, lat], [toLon, toLat]) {
  const scale = Math.cos((lat * Math.PI) / 180);
  return [(toLon - lon) * METRES_PER_DEGREE * scale, (toLat - lat) * METRES_PER_DEGREE];
}

export const distance = (from, to) => Math.hypot(...offset(from, to));

/** One of eight compass points, from `north` clockwise, as a key: `n`, `ne`, … */
export function compass(from, to) {
  const [east, north] = offset(from, to);
  const turn = (Math.atan2(east, north) * 180) / Math.PI;
  return ["n", "ne", "e", "se", "s", "sw", "w", "nw"][Math.round(((turn + 360) % 360) / 45) % 8];
}

/** A ring of lon, lat around a centre. */
export function circle([lon, lat], radius_m, steps = 48) {
  const scale = Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const turn = (step / steps) * 2 * Math.PI;
    return [
      lon + (radius_m * Math.sin(turn)) / (METRES_PER_DEGREE * scale),
      lat + (radius_m * Math.cos(turn)) / METRES_PER_DEGREE,
    ];
  });
}

/** West, south, east, north of points, with metres of room around them; null of none. */
export function boxAround(points, room_m) {
  if (points.length === 0) return null;
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  const [west, south, east, north] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  const up = room_m / METRES_PER_DEGREE;
  const side = up / Math.cos((south * Math.PI) / 180);
  return [west - side, south - up, east + side, north + up];
}

/** The item whose `at` is nearest to a point, or null. */
export function nearest(point, items) {
  let best = null;
  for (const item of items) {
    const metres = distance(point, item.at);
    if (!best || metres < best.metres) best = { item, metres };
  }
  return best?.item ?? null;
}
