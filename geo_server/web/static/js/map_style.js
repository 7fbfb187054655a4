/** The server's style of a floorplan, with the moment drawn into it at the right heights. */

import { checkpointLayers, closureLayers, edgeLayers, reachLayers, routeLayers, turnLayers } from "./map_live.js";
import { PALETTES } from "./map_palette.js";

/** Name of the style's one tile source. */
export const sourceOf = (style) => Object.keys(style.sources).find((name) => style.sources[name].type === "vector");

/** Protocol of tiles that come from the server, or from this device where that does not answer. */
export const TILE_PROTOCOL = "tile";

/** Path of the tiles of a site, with `{ordinal}`, `{z}`, `{x}` and `{y}` in it. */
export const tilePath = (style) => style.metadata["geo-server:tiles"].replace(/^https?:\/\/[^/]+/, "");

/** The tile source of one level. */
export function tileSource(style, ordinal) {
  const tiles = [`${TILE_PROTOCOL}:/${tilePath(style).replace("{ordinal}", ordinal)}`];
  return { ...style.sources[sourceOf(style)], tiles };
}

/** The layers to draw: reach under the walls, ways out over the doors, level changes over the words. */
export function layersOf(style, theme) {
  const palette = PALETTES[theme];
  const walls = style.layers.findIndex((layer) => layer["source-layer"] === "walls");
  const words = style.layers.findIndex((layer) => layer.type === "symbol");
  const font = style.layers[words].layout["text-font"];
  return [
    ...style.layers.slice(0, walls),
    ...reachLayers(palette),
    ...style.layers.slice(walls, words),
    ...edgeLayers(palette, sourceOf(style)),
    ...routeLayers(palette, theme),
    ...style.layers.slice(words),
    ...closureLayers(palette, theme, font),
    ...turnLayers(palette, theme, font),
    ...checkpointLayers(palette, theme, font),
  ];
}
