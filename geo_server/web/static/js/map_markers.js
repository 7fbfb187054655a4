/** The few things that stand above the map as elements: threats with their ages, concerns, and "you". */

import { duration, secondsSince, ticking } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./strings.js";

/** The name of the room stays readable below the mark. */
const ABOVE_NAME_PX = [0, -15];

/**
 * @param {object} map
 * @param {Function} Marker The map library's class of such elements.
 * @returns {{threats: Function, concerns: Function, you: Function}}
 */
export function createMarkers(map, Marker) {
  let threats = [];
  let concerns = [];
  let you = null;
  return {
    /** Show threats: those of the level shown in full, those of other levels faint, with their level's name. */
    threats(list, ordinal, { kindTitle, levelName }) {
      for (const marker of threats) marker.remove();
      threats = list.map((threat) => {
        const here = threat.ordinal === ordinal;
        const element = threatElement(threat, here, kindTitle(threat.kind), levelName(threat.ordinal));
        return new Marker({ element, anchor: "center" }).setLngLat(threat.at).addTo(map);
      });
    },
    /** Show what people noticed, where they said where; under what is shown of an incident. */
    concerns(list) {
      for (const marker of concerns) marker.remove();
      concerns = list.map(({ id, at, kind }) => {
        const element = h("div", { class: "concern-mark", title: t(`concern.kind_${kind}`), data: { concern: id } }, icon("alert"));
        return new Marker({ element, anchor: "center" }).setLngLat(at).addTo(map);
      });
    },
    /** Show where the person is, or nothing. */
    you(zone, ordinal) {
      you?.remove();
      you = null;
      if (!zone || zone.ordinal !== ordinal) return;
      const element = h("div", { class: "you-mark" }, h("span", { class: "you-dot" }), h("span", {}, t("map.you")));
      you = new Marker({ element, anchor: "center", offset: ABOVE_NAME_PX }).setLngLat(zone.at).addTo(map);
    },
  };
}

function threatElement(threat, here, kind, level) {
  const age = ticking(threat.seen_at, (iso) => t("threat.age", { age: duration(secondsSince(iso)) }));
  return h(
    "div",
    { class: here ? "threat-mark" : "threat-mark is-elsewhere", data: { threat: threat.id } },
    h("span", { class: "threat-sign" }, icon("threat")),
    h(
      "span",
      { class: "threat-words" },
      h("strong", {}, kind),
      here ? age : h("span", {}, t("map.threat_elsewhere", { level })),
    ),
  );
}
