/** The server's style of a floorplan, with the moment drawn into it at the right heights. */

import { LIVE_SOURCES, edgeLayers, reachLayers, routeLayers, turnLayers } from "./map_live.js";
import { PALETTES } from "./map_palette.js";

/** Name of the style's one tile source. */
export const sourceOf = (style) => Object.keys(style.sources).find((name) => style.sources[name].type === "vector");

/** Address template of a level's tiles. */
export const tilesOf = (style, ordinal) => absolute(style.metadata["geo-server:tiles"].replace("{ordinal}", ordinal));

/** The style to draw: reach under the walls, ways out over the doors, level changes over the words. */
export function withMoment(style, theme, ordinal) {
  const palette = PALETTES[theme];
  const source = sourceOf(style);
  const walls = style.layers.findIndex((layer) => layer["source-layer"] === "walls");
  const words = style.layers.findIndex((layer) => layer.type === "symbol");
  const font = style.layers[words].layout["text-font"];
  return {
    ...style,
    sources: { [source]: { ...style.sources[source], tiles: [tilesOf(style, ordinal)] }, ...LIVE_SOURCES },
    layers: [
      ...style.layers.slice(0, walls),
      ...reachLayers(palette),
      ...style.layers.slice(walls, words),
      ...edgeLayers(palette, source),
      ...routeLayers(palette, theme),
      ...style.layers.slice(words),
      ...turnLayers(palette, theme, font),
    ],
  };
}

const absolute = (address) => (address.startsWith("/") ? location.origin + address : address);
