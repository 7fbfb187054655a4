/** A part of a panel that is built again only when what it tells has changed: focus and held buttons survive events. */

import { fill, h } from "./dom.js";

/**
 * @param {(state: object) => *} told Values that the part shows (JSON).
 * @param {(state: object) => *} build Its children.
 * @returns {{element: HTMLElement, update: (state: object) => void}}
 */
export function section(told, build) {
  const element = h("div", { class: "section stack" });
  let before = null;
  const update = (state) => {
    const after = JSON.stringify(told(state) ?? null);
    if (after === before) return;
    before = after;
    fill(element, build(state));
    element.hidden = element.childNodes.length === 0;
  };
  return { element, update };
}
