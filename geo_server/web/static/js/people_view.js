/** How many people the reports tell of, and who is missing: for those who see reports, while there is an incident. */

import { getJson } from "./api.js";
import { ago, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { incidentOf, zoneName } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const APART_MS = 2000;
const COUNTED = ["students", "adults", "injured", "need_assistance", "out"];

/** @returns {HTMLElement} */
export function createPeopleView(store) {
  const element = h("section", { class: "stack people-view", "aria-label": t("people.title"), hidden: true });
  let timer = null;
  let asked = 0;
  const load = async () => {
    timer = null;
    asked += 1;
    const mine = asked;
    const told = await getJson(`/api/sites/${store.state.site.slug}/accountability`).catch(() => null);
    if (mine !== asked || !told) return;
    element.hidden = !told.incident_id;
    if (told.incident_id) fill(element, content(store, told));
  };
  store.watch(["picture"], (state) => {
    if (!may(state, "see_reports")) return;
    if (!incidentOf(state)) element.hidden = true;
    else timer ??= setTimeout(load, element.hidden ? 0 : APART_MS);
  });
  return element;
}

function content(store, { at, people, missing, extra }) {
  const counted = COUNTED.filter((name) => people[name] > 0);
  if (counted.length + missing.length + extra.length === 0) return h("p", { class: "small" }, t("people.none_counted"));
  return [
    h(
      "p",
      { class: "people-counts" },
      counted.map((name) => h("span", { data: { counted: name } }, tn(`count.${name}`, people[name]))),
      missing.length > 0 && h("span", { data: { counted: "missing" } }, tn("count.missing", missing.length)),
      h("small", {}, t("people.at"), " ", ticking(at, ago)),
    ),
    missing.length > 0 && [h("h3", {}, t("people.missing")), h("ul", { class: "cards" }, missing.map((one) => missingItem(store, one)))],
    extra.length > 0 && [
      h("h3", {}, t("people.extra_unmissed")),
      h("ul", { class: "plain-list" }, extra.map((one) => h("li", {}, one.name, ", ", roomButton(store, one.zone_id)))),
    ],
  ];
}

function missingItem(store, one) {
  const seen = one.last_seen_zone_id || one.last_seen_at;
  return h(
    "li",
    { data: { found: one.found.length === 0 ? "nowhere" : one.found[0].sure ? "sure" : "perhaps" } },
    h("strong", {}, one.name),
    h("span", {}, t("people.of"), " ", roomButton(store, one.zone_id)),
    seen &&
      h(
        "span",
        {},
        t("people.seen"),
        " ",
        one.last_seen_zone_id && roomButton(store, one.last_seen_zone_id),
        " ",
        one.last_seen_at && ticking(one.last_seen_at, ago),
      ),
    one.found.map((found) => h("span", { class: "found" }, t(found.sure ? "people.found" : "people.perhaps"), " ", roomButton(store, found.zone_id), !found.sure && ` (${found.name})`)),
  );
}

function roomButton(store, id) {
  const zone = store.state.zoneById.get(id);
  if (!zone) return t("outbox.unknown_room");
  return h("button", { class: "link", type: "button", on: { click: () => store.set({ selected: id, ordinal: zone.ordinal }) } }, zoneName(zone));
}
