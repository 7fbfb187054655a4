/** How the moment is drawn over the floorplan: where the threat can be, ways out, what is chosen. */

const EMPTY = { type: "FeatureCollection", features: [] };

export const LIVE_SOURCES = {
  reach: { type: "geojson", data: EMPTY },
  radius: { type: "geojson", data: EMPTY },
  routes: { type: "geojson", data: EMPTY },
  turns: { type: "geojson", data: EMPTY },
  checkpoints: { type: "geojson", data: EMPTY },
  closures: { type: "geojson", data: EMPTY },
  review: { type: "geojson", data: EMPTY },
  marks: { type: "geojson", data: EMPTY },
};

const DASHES = { safe_shortest: [1, 0], safe_detour: [3, 1.2], no_guaranteed_route: [0.9, 1.1] };
const STATUSES = Object.keys(DASHES);
const SAFE = ["safe_shortest", "safe_detour"];

/** Below the walls. */
export const reachLayers = (palette) => [
  {
    id: "reach",
    type: "fill",
    source: "reach",
    paint: { "fill-color": palette.threat, "fill-opacity": byStep(0.17, 0.08) },
  },
  {
    id: "reach-edge",
    type: "line",
    source: "reach",
    paint: { "line-color": palette.threat, "line-width": byStep(2, 1), "line-opacity": byStep(0.9, 0.5) },
  },
];

const byStep = (now, next) => ["match", ["get", "step"], "now", now, next];

/**
 * Above the doors, below the words. Of all ways out the guaranteed lie on top, solid and with arrows; those that nobody
 * vouches for lie lowest, thin and faint, or in a bad hour the map is nothing but warnings. The chosen way is broad and
 * alone. `map.js` sets the filters.
 */
export const routeLayers = (palette, theme) => [
  line("routes-no_guaranteed_route", byZoom(1.5), palette.unsafe, { "line-dasharray": [4, 3], "line-opacity": 0.6 }),
  line("routes-casing", byZoom(4.5), palette.casing, { "line-opacity": 0.8 }),
  ...SAFE.map((status) => line(`routes-${status}`, byZoom(2.5), colour(palette, status), dashed(status))),
  { id: "routes-arrows", type: "symbol", source: "routes", minzoom: CLOSE, layout: arrows(theme, 110, 0.5) },
  line("chosen-casing", 11, palette.casing),
  ...STATUSES.map((status) => line(`chosen-${status}`, 6, colour(palette, status), dashed(status))),
  { id: "chosen-arrows", type: "symbol", source: "routes", layout: arrows(theme, 60, 0.85) },
  {
    id: "radius",
    type: "line",
    source: "radius",
    paint: { "line-color": palette.threat, "line-width": 2, "line-dasharray": [2, 1.5] },
  },
];

/** From here on a phone shows one building, and its ways can be told apart; a whole campus on it is drawn with thin lines. */
const CLOSE = 16.6;
const byZoom = (width) => ["interpolate", ["linear"], ["zoom"], CLOSE - 0.6, width * 0.4, CLOSE + 0.4, width];

const colour = (palette, status) => (status === "no_guaranteed_route" ? palette.unsafe : palette.safe);
const dashed = (status) => ({ "line-dasharray": DASHES[status] });

const line = (id, width, lineColour, paint = {}) => ({
  id,
  type: "line",
  source: "routes",
  layout: { "line-cap": "butt", "line-join": "round" },
  paint: { "line-width": width, "line-color": lineColour, ...paint },
});

const arrows = (theme, spacing, size) => ({
  "symbol-placement": "line",
  "symbol-spacing": spacing,
  "icon-image": ["match", ["get", "status"], "no_guaranteed_route", `${theme}:arrow-unsafe`, `${theme}:arrow`],
  "icon-size": size,
  "icon-rotate": 180,
  "icon-allow-overlap": true,
  "icon-ignore-placement": true,
});

/** Edges of zones without a guaranteed way out, of the chosen zone and of the person's own. */
export const edgeLayers = (palette, source) => [
  {
    id: "zone-unsure",
    type: "line",
    source,
    "source-layer": "zones",
    layout: { "line-join": "round" },
    paint: {
      "line-color": palette.unsafe,
      "line-width": 1.5,
      "line-dasharray": [1, 2.5],
      "line-opacity": ["case", state("unsure"), 1, 0],
    },
  },
  {
    id: "zone-chosen",
    type: "line",
    source,
    "source-layer": "zones",
    layout: { "line-join": "round" },
    paint: {
      "line-color": palette.selected,
      "line-width": ["case", state("selected"), 5, 3],
      "line-opacity": ["case", ["any", state("selected"), state("mine")], 1, 0],
    },
  },
];

const state = (name) => ["boolean", ["feature-state", name], false];

/** Ways that are closed: a sign that nothing hides, and where there is room what it is and why. Above all words. */
export const closureLayers = (palette, theme, font) => [
  {
    id: "closures",
    type: "symbol",
    source: "closures",
    layout: {
      "icon-image": `${theme}:closed`,
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 16, 0.6, 20, 1],
      "text-field": ["step", ["zoom"], "", 18, ["get", "words"]],
      "text-font": font,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 1.1],
      "text-max-width": 8,
      "text-optional": true,
    },
    paint: { "text-color": palette.threat, "text-halo-color": palette.halo, "text-halo-width": 2 },
  },
];

/** Where the chosen way changes level. Above all words. */
export const turnLayers = (palette, theme, font) => [
  {
    id: "turns",
    type: "symbol",
    source: "turns",
    layout: {
      "icon-image": ["concat", theme, ":", ["get", "icon"]],
      "icon-allow-overlap": true,
      "text-field": ["get", "words"],
      "text-font": font,
      "text-size": 13,
      "text-anchor": "left",
      "text-offset": [1.2, 0],
      "text-optional": true,
    },
    paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.6 },
  },
];

/** Checkpoints of rounds, each with the sign of what was found there and the age of the last look. Above all words. */
export const checkpointLayers = (palette, theme, font) => [
  {
    id: "checkpoints",
    type: "symbol",
    source: "checkpoints",
    layout: {
      "icon-image": ["concat", theme, ":check-", ["get", "sign"]],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "icon-offset": ["case", ["get", "lifted"], ["literal", [0, -13]], ["literal", [0, 0]]],
      "symbol-sort-key": ["match", ["get", "sign"], "now", 2, "fault", 1, 0],
      "text-field": ["get", "words"],
      "text-font": font,
      "text-size": 12,
      "text-anchor": "top",
      "text-ignore-placement": true,
      "text-offset": ["case", ["get", "lifted"], ["literal", [0, 1.5]], ["literal", [0, 1]]],
      "text-optional": true,
    },
    paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.6 },
  },
];

/** Ids of the layers that show all ways, and of those that show the chosen one, with the status each is for. */
export const ALL_ROUTES = ["routes-casing", ...STATUSES.map((status) => `routes-${status}`), "routes-arrows"];
export const CHOSEN_ROUTE = ["chosen-casing", ...STATUSES.map((status) => `chosen-${status}`), "chosen-arrows"];
export const IS_SAFE = ["in", ["get", "status"], ["literal", SAFE]];
export const statusOfLayer = (id) => STATUSES.find((status) => id.endsWith(`-${status}`)) ?? null;
