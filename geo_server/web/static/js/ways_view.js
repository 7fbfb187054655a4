/**
 * What those who lead ask of one room: ways in for responders, and ways out to choose between. Each is asked of the server when
 * its part is opened, and again when the plan changes while it is open.
 */

import { getJson } from "./api.js";
import { duration, secondsSince, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { incidentIsOpen, isPlaceUnknown, isStillSafe } from "./model.js";
import { endName } from "./route_view.js";
import { may } from "./store.js";
import { known, t } from "./strings.js";

const open = new Set();

/** The parts that a person may open. */
export function waysView(store, zone) {
  const { state } = store;
  if (!may(state, "see_plan")) return null;
  const base = `/api/sites/${state.site.slug}/zones/${zone.id}`;
  const entries = (mode) => () => getJson(`${base}/entries?mode=${mode}`).then((answer) => entryList(store, answer));
  return [
    asked("ways.avoid", entries("avoid")),
    asked("ways.approach", entries("approach")),
    incidentIsOpen(state) && asked("ways.choices", () => getJson(`${base}/choices`).then((route) => choiceList(store, route))),
  ];
}

function asked(title, load) {
  const place = h("div", { class: "stack" });
  const part = h("details", { class: "box", open: open.has(title) }, h("summary", {}, t(title)), place);
  const show = async () => {
    fill(place, h("p", { class: "small" }, t("ways.asking")));
    try {
      const { list, at } = await load();
      fill(place, list, age(at), h("button", { class: "button", type: "button", on: { click: show } }, t("ways.again")));
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

const age = (at) => h("p", { class: "small" }, ticking(at, (iso) => t("route.old", { age: duration(secondsSince(iso)) })));

/** What is ahead of a threat by some seconds is so no longer once they have passed. */
function entryList(store, { entries, made_for_at: at }) {
  const lapse = isPlaceUnknown(store.state) ? "route.place_unknown_words" : "ways.lapsed";
  const lapsed = (entry) => () =>
    entry.safe && !isStillSafe(store.state, { ...entry, latest_departure_s: entry.margin_s }, at) ? t(lapse) : "";
  const line = (entry) => h("li", {}, entry.radio, " ", h("strong", {}, ticking(at, lapsed(entry))));
  const list = entries.length ? h("ol", { class: "plain-list" }, entries.map(line)) : h("p", { class: "small" }, t("ways.no_entry"));
  return { list, at };
}

function choiceList(store, { choices, made_for_at: at }) {
  const line = (choice) => h("li", {}, h("strong", {}, labels(choice)), " ", ticking(at, () => figures(store.state, choice, at)));
  const list = choices.length ? h("ul", { class: "plain-list" }, choices.map(line)) : h("p", { class: "small" }, t("ways.no_choice"));
  return { list, at };
}

const labels = (choice) => choice.labels.map((label) => known(`ways.${label}`, label)).join(", ");

function figures(state, choice, at) {
  const isSafe = isStillSafe(state, choice, at);
  const told = [
    endName(state, choice),
    t("route.distance", { metres: Math.ceil(choice.distance_m) }),
    t("route.walk", { s: Math.ceil(choice.time_s) }),
    choice.exposure_s !== null && t("ways.in_sight", { s: Math.ceil(choice.exposure_s) }),
    choice.margin_s !== null && isSafe === choice.safe && t(choice.margin_s >= 0 ? "route.ahead" : "route.first", { s: Math.floor(Math.abs(choice.margin_s)) }),
    !isSafe && t(choice.safe && !isPlaceUnknown(state) ? "ways.no_longer" : "ways.unsafe"),
  ];
  return told.filter(Boolean).join(", ");
}
