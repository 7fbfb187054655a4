/** The threats of an incident, with what had to be assumed of each, and the sightings that were retracted. */

import { ago, clockTime, ticking } from "./clock.js";
import { h } from "./dom.js";
import { kindTitle, threatPlace, threatsOf } from "./model.js";
import { mayRetract, openRetraction } from "./retraction.js";
import { t } from "./strings.js";

/** What the list tells. */
export const threatsTold = ({ picture, sightings, plan }) => [
  picture?.threats,
  sightings,
  (plan?.threats ?? []).map(({ id, notes }) => [id, notes]),
];

export function threatList(store, state) {
  const list = threatsOf(state);
  return [
    h("h3", {}, t("situation.threats")),
    list.length === 0
      ? h("p", { class: "small" }, t("threat.none"))
      : h("ul", { class: "cards" }, list.map((threat) => h("li", { class: "threat-card" }, card(store, state, threat)))),
    retracted(state),
  ];
}

function card(store, state, threat) {
  const show = () => store.set({ ordinal: threat.ordinal, focus: { at: threat.at } });
  const kind = kindTitle(state, threat.kind);
  const place = threatPlace(state, threat);
  return [
    h(
      "button",
      { class: "choice", type: "button", on: { click: show } },
      h("strong", {}, kind),
      h("span", {}, place),
      h("small", {}, ticking(threat.seen_at, ago), ", ", threat.polygon ? t("threat.area") : t("threat.radius", { metres: Math.round(threat.radius_m) })),
    ),
    mayRetract(state, threat) &&
      h(
        "button",
        {
          class: "button",
          type: "button",
          "aria-label": t("retract.start_for", { kind, place }),
          on: { click: () => openRetraction(store, threat) },
        },
        t("retract.start"),
      ),
    notes(state, threat),
  ];
}

/** What the plan had to assume of a threat: nobody may take its routes for better founded than they are. */
function notes(state, threat) {
  const told = state.plan?.threats?.find(({ id }) => id === threat.id)?.notes ?? [];
  return told.length > 0 && h("ul", { class: "notes small" }, told.map((note) => h("li", {}, note)));
}

function retracted(state) {
  const list = state.sightings.filter((sighting) => sighting.retracted);
  if (list.length === 0) return null;
  return [
    h("h4", {}, t("retract.history")),
    h(
      "ul",
      { class: "plain-list small" },
      list.map((sighting) =>
        h(
          "li",
          {},
          t("threat.from_here", { kind: kindTitle(state, sighting.kind), where: threatPlace(state, sighting) }),
          ", ",
          t("retract.seen", { time: clockTime(sighting.seen_at) }),
          ": ",
          h("q", {}, sighting.retracted.reason),
        ),
      ),
    ),
  ];
}
