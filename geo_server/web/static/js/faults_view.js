/** Faults that stand, each with the button that says it is mended. */

import { ago, ticking } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { whereabouts } from "./model.js";
import { standingFaults } from "./rounds_model.js";
import { section } from "./section.js";
import { t } from "./strings.js";

/** @returns {HTMLElement} */
export function createFaultsView(store, outbox) {
  const part = section(
    (state) => [standingFaults(state), state.site.name],
    (state) => [
      h("h3", {}, t("fault.title")),
      standingFaults(state).length === 0 && h("p", { class: "small" }, t("fault.none")),
      h("ul", { class: "cards" }, standingFaults(state).map((fault) => row(store, state, fault, outbox))),
    ],
  );
  store.watch(["faults", "walking", "site"], part.update);
  return part.element;
}

function row(store, state, { id, kind, note, found_at: at, closure_id: shut, checkpoint }, outbox) {
  const show = () => store.set({ ordinal: checkpoint.ordinal, focus: { at: checkpoint.at } });
  return h(
    "li",
    { class: "fault-card", data: { kind } },
    h(
      "button",
      { class: "choice", type: "button", "aria-label": t("fault.show", { name: checkpoint.name }), on: { click: show } },
      h("strong", {}, icon("alert"), " ", t("fault.at", { name: checkpoint.name, kind: t(`fault.${kind}`) })),
      h("small", {}, whereabouts(state, checkpoint), ", ", ticking(at, ago), shut && [", ", h("b", { class: "closed" }, t("fault.shut"))]),
      note && h("q", {}, note),
    ),
    h(
      "button",
      { class: "button", type: "button", "aria-label": t("fault.mend_of", { name: checkpoint.name, kind: t(`fault.${kind}`) }), on: { click: () => outbox.mend(id) } },
      t("fault.mend"),
    ),
  );
}
