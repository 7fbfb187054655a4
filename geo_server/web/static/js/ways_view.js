/**
 * What those who lead ask of one room: ways in for responders, and ways out to choose between. Each is asked of the server when
 * its part is opened, and again when the plan changes while it is open.
 */

import { getJson } from "./api.js";
import { fill, h } from "./dom.js";
import { exitName } from "./route_view.js";
import { incidentIsOpen } from "./model.js";
import { may } from "./store.js";
import { known, t } from "./strings.js";

const open = new Set();

/** The parts that a person may open. */
export function waysView(state, zone) {
  if (!may(state, "see_plan")) return null;
  const base = `/api/sites/${state.site.slug}/zones/${zone.id}`;
  const entries = (mode) => () => getJson(`${base}/entries?mode=${mode}`).then(entryList);
  return [
    asked("ways.avoid", entries("avoid")),
    asked("ways.approach", entries("approach")),
    incidentIsOpen(state) && asked("ways.choices", () => getJson(`${base}/choices`).then((route) => choiceList(state, route))),
  ];
}

function asked(title, load) {
  const place = h("div", { class: "stack" });
  const part = h("details", { class: "box", open: open.has(title) }, h("summary", {}, t(title)), place);
  const show = async () => {
    fill(place, h("p", { class: "small" }, t("ways.asking")));
    try {
      fill(place, await load());
    } catch (refusal) {
      fill(place, h("p", { class: "small" }, refusal.message));
    }
  };
  part.addEventListener("toggle", () => {
    if (part.open) open.add(title);
    else open.delete(title);
    if (part.open) show();
  });
  return part;
}

function entryList({ entries }) {
  if (entries.length === 0) return h("p", { class: "small" }, t("ways.no_entry"));
  return h("ol", { class: "plain-list" }, entries.map((entry) => h("li", {}, entry.radio)));
}

function choiceList(state, { choices }) {
  if (choices.length === 0) return h("p", { class: "small" }, t("ways.no_choice"));
  return h("ul", { class: "plain-list" }, choices.map((choice) => h("li", {}, h("strong", {}, labels(choice)), " ", figures(state, choice))));
}

const labels = (choice) => choice.labels.map((label) => known(`ways.${label}`, label)).join(", ");

function figures(state, choice) {
  const told = [
    exitName(state, choice.exit_id),
    t("route.distance", { metres: Math.ceil(choice.distance_m) }),
    t("route.walk", { s: Math.ceil(choice.time_s) }),
    choice.exposure_s !== null && t("ways.in_sight", { s: Math.ceil(choice.exposure_s) }),
    choice.margin_s !== null && t(choice.margin_s >= 0 ? "route.ahead" : "route.first", { s: Math.floor(Math.abs(choice.margin_s)) }),
    !choice.safe && t("ways.unsafe"),
  ];
  return told.filter(Boolean).join(", ");
}
