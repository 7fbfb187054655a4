/** Plane geometry on lon, lat places that are less than a few kilometres apart: walls to snap to, cuts, places for names. */

const METRES_PER_DEGREE = 111_320;
const SLACK_M = 0.05;

/** Metres on a plane around a place, and back. */
export function planeAround([lon, lat]) {
  const scale = Math.cos((lat * Math.PI) / 180) * METRES_PER_DEGREE;
  return {
    flat: ([x, y]) => [(x - lon) * scale, (y - lat) * METRES_PER_DEGREE],
    round: ([x, y]) => [lon + x / scale, lat + y / METRES_PER_DEGREE],
  };
}

const minus = ([ax, ay], [bx, by]) => [ax - bx, ay - by];
const along = ([ax, ay], [dx, dy], t) => [ax + dx * t, ay + dy * t];
const dot = ([ax, ay], [bx, by]) => ax * bx + ay * by;
const cross = ([ax, ay], [bx, by]) => ax * by - ay * bx;

/** The sides of rings, as pairs of places. */
export const sidesOf = (rings) => rings.flatMap((ring) => ring.slice(1).map((end, i) => [ring[i], end]));

/**
 * The place on a wall that is nearest to a tap.
 * @param {number[]} at
 * @param {number[][][]} sides Pairs of places.
 * @param {number} within_m A wall farther off is not meant.
 * @returns {{at: number[], side: number[][]}|null}
 */
export function snapToSide(at, sides, within_m) {
  const { flat, round } = planeAround(at);
  let best = null;
  for (const side of sides) {
    const [from, to] = side.map(flat);
    const way = minus(to, from);
    const t = Math.min(1, Math.max(0, dot(minus([0, 0], from), way) / (dot(way, way) || 1)));
    const spot = along(from, way, t);
    const away = Math.hypot(...spot);
    if (away <= within_m && (!best || away < best.away)) best = { away, at: round(spot), side };
  }
  return best && { at: best.at, side: best.side };
}

/** The place on the line through a side, prolonged, that is nearest to a tap. */
export function dropOnLine(at, side) {
  const { flat, round } = planeAround(at);
  const [from, to] = side.map(flat);
  const way = minus(to, from);
  return round(along(from, way, dot(minus([0, 0], from), way) / (dot(way, way) || 1)));
}

/**
 * The straight cut through two taps, prolonged to the walls on both sides and a little beyond them.
 * @returns {number[][]|null} Null when it does not meet a wall on both sides.
 */
export function cutAcross([one, two], rings) {
  const { flat, round } = planeAround(one);
  const [from, to] = [flat(one), flat(two)];
  const way = minus(to, from);
  const length = Math.hypot(...way);
  if (length === 0) return null;
  const meets = sidesOf(rings).map((side) => meeting(from, way, side.map(flat))).filter((t) => t !== null);
  const [before, after] = [meets.filter((t) => t < 0.5), meets.filter((t) => t >= 0.5)];
  if (before.length === 0 || after.length === 0) return null;
  const slack = SLACK_M / length;
  return [Math.max(...before) - slack, Math.min(...after) + slack].map((t) => round(along(from, way, t)));
}

/** How far along a way it meets a side, as a share of its length; null when it does not. */
function meeting(from, way, [start, end]) {
  const side = minus(end, start);
  const turn = cross(way, side);
  if (turn === 0) return null;
  const gap = minus(start, from);
  const share = cross(gap, way) / turn;
  return share < 0 || share > 1 ? null : cross(gap, side) / turn;
}

/** A place inside a polygon for its name: the middle of the longest stretch of a level line through its middle. */
export function placeInside(rings) {
  const ys = rings[0].map(([, y]) => y);
  const y = (Math.min(...ys) + Math.max(...ys)) / 2;
  const xs = sidesOf(rings)
    .filter(([[, y1], [, y2]]) => y1 > y !== y2 > y)
    .map(([[x1, y1], [x2, y2]]) => x1 + ((y - y1) / (y2 - y1)) * (x2 - x1))
    .sort((a, b) => a - b);
  let best = { length: -1, at: rings[0][0] };
  for (let i = 0; i + 1 < xs.length; i += 2) {
    const length = xs[i + 1] - xs[i];
    if (length > best.length) best = { length, at: [(xs[i] + xs[i + 1]) / 2, y] };
  }
  return best.at;
}
