/** Which tiles show a site: those that its zones lie in, and the ones around. Pure. Source: OGC 17-083r4, WebMercatorQuad. */

/** Kept at most, on all levels together: a device has little room, and a server other things to do. */
const MOST = 900;

/**
 * Paths of tiles from the coarsest zoom down, as far as there is room; a map enlarges the finest that it has.
 * @param {Array} zones With `at` (lon, lat) and `ordinal`.
 * @param {string} template Path with `{ordinal}`, `{z}`, `{x}` and `{y}`.
 * @param {{minzoom: number, maxzoom: number}} zooms
 * @returns {string[]}
 */
export function tilesOf(zones, template, { minzoom, maxzoom }) {
  const paths = [];
  for (let z = minzoom; z <= maxzoom; z += 1) {
    const found = [...new Set(zones.flatMap((zone) => around(zone, z, template)))];
    if (paths.length + found.length > MOST) break;
    paths.push(...found);
  }
  return paths;
}

function around({ at, ordinal }, z, template) {
  const [column, row] = cell(at, z);
  const most = 2 ** z - 1;
  const steps = [-1, 0, 1];
  return steps
    .flatMap((dx) => steps.map((dy) => [column + dx, row + dy]))
    .filter(([x, y]) => x >= 0 && y >= 0 && x <= most && y <= most)
    .map(([x, y]) => template.replace("{ordinal}", ordinal).replace("{z}", z).replace("{x}", x).replace("{y}", y));
}

/** Column from the west and row from the north of the tile that a place lies in. */
export function cell([lon, lat], z) {
  const angle = (lat * Math.PI) / 180;
  const down = (1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2;
  return [((lon + 180) / 360) * 2 ** z, down * 2 ** z].map(Math.floor);
}
