/** Shows a revision under review on the map, in place of what is published. */

import { PALETTES } from "./map_palette.js";
import { firstLevel } from "./model.js";
import { levelsOf, shownReview, wholeReview } from "./review_model.js";
import { marks, reviewFeatures } from "./review_shapes.js";

/** The layers of the published floorplan, fed by the revision's own features, with what is picked and drawn over them. */
export function reviewLayers(style, theme, ordinal) {
  const palette = PALETTES[theme];
  const own = style.layers.map((layer) => ("source-layer" in layer ? ofReview(layer, ordinal) : layer));
  const words = own.findIndex((layer) => layer.type === "symbol");
  const onLevel = (name, value) => ["all", ["==", ["get", name], value], ["==", ["get", "ordinal"], ordinal]];
  return [
    ...own.slice(0, words),
    {
      id: "review-lacking",
      type: "line",
      source: "review",
      filter: onLevel("lacking", true),
      paint: { "line-color": palette.unsafe, "line-width": 3, "line-dasharray": [1.5, 1.5] },
    },
    {
      id: "review-picked",
      type: "line",
      source: "marks",
      filter: onLevel("mark", "picked"),
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": palette.selected, "line-width": 5 },
    },
    ...own.slice(words),
    {
      id: "review-line",
      type: "line",
      source: "marks",
      filter: onLevel("mark", "line"),
      paint: { "line-color": palette.threat, "line-width": 5 },
    },
    {
      id: "review-ends",
      type: "circle",
      source: "marks",
      filter: onLevel("mark", "end"),
      paint: { "circle-color": palette.casing, "circle-radius": 6, "circle-stroke-color": palette.threat, "circle-stroke-width": 3 },
    },
  ];
}

function ofReview({ "source-layer": name, filter, ...layer }, ordinal) {
  const here = [["==", ["get", "layer"], name], ["==", ["get", "ordinal"], ordinal]];
  return { ...layer, source: "review", filter: ["all", ...here, ...(filter ? [filter] : [])] };
}

/** Keep the map as the review is. */
export function followReview(store, view) {
  let drawn = null;
  let turnedTo = null;
  store.watch(["review", "tab", "mode"], (state) => {
    const review = shownReview(state);
    document.body.classList.toggle("is-reviewing", review !== null);
    if (review && review !== drawn) view.setData("review", reviewFeatures((drawn = review)));
    view.show({ reviewing: review !== null });
    if (!levelsOf(state).some(({ ordinal }) => ordinal === state.ordinal)) {
      store.set({ ordinal: review ? (review.levels[0]?.ordinal ?? 0) : firstLevel(state) });
    }
    if (review && review.revision.id !== turnedTo) view.fit(wholeReview(review));
    turnedTo = state.review?.revision.id ?? null;
  });
  store.watch(["review", "tab", "mode", "picked", "sketch", "focus"], (state) => view.setData("marks", marks(state)));
}
