/** What keeps a site ready between incidents: drills and what they have shown, and what stands at fault. */

import { createDrillsPanel } from "./drills_panel.js";
import { h } from "./dom.js";
import { createFaultsView } from "./faults_view.js";
import { may } from "./store.js";

/** @returns {HTMLElement} */
export function createReadinessPanel(store, { rounds }) {
  const { state } = store;
  return h(
    "div",
    { class: "stack" },
    may(state, "see_reports") && createDrillsPanel(store),
    may(state, "walk_rounds") && createFaultsView(store, rounds),
  );
}
