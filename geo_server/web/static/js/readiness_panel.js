/** What keeps a site ready between incidents: drills and what they have shown. */

import { createDrillsPanel } from "./drills_panel.js";
import { h } from "./dom.js";

/** @returns {HTMLElement} */
export function createReadinessPanel(store) {
  return h("div", { class: "stack" }, createDrillsPanel(store));
}
