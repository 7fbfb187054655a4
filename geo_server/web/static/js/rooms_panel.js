/** All rooms as a table, the most urgent first: the same as the map says, for eyes that are in a hurry and for ears. */

import { fill, h, syncList } from "./dom.js";
import { byName, incidentIsOpen, roomsByUrgency, routeOf, searchZones, statusOf, statusTitle, whereabouts, zoneName } from "./model.js";
import { createPeopleView } from "./people_view.js";
import { marginCell, routeTitle } from "./route_view.js";
import { statusTag } from "./status_view.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const SHOWN = 150;

/** @returns {HTMLElement} */
export function createRoomsPanel(store) {
  const search = h("input", { type: "search", id: "room-search", autocomplete: "off", placeholder: t("rooms.search") });
  const counts = h("div", { class: "counts-bar", role: "group", "aria-label": t("rooms.answer") });
  const body = h("tbody", {});
  const rest = h("p", { class: "small", role: "status" });
  const table = h(
    "table",
    { class: "rooms" },
    h("caption", { class: "unseen" }, t("rooms.caption")),
    h(
      "thead",
      {},
      h("tr", {}, h("th", { scope: "col" }, t("rooms.room")), h("th", { scope: "col" }, t("rooms.answer")), h("th", { scope: "col" }, t("rooms.way"))),
    ),
    body,
  );
  let only = null;

  const render = () => {
    const { state } = store;
    const full = may(state, "see_statuses");
    const ordered = full ? roomsByUrgency(state) : [...state.zones].sort(byName);
    if (full) showCounts(counts, ordered, state, only, choose);
    const found = searchZones(ordered, search.value).filter((zone) => !only || statusOf(state, zone) === only);
    syncList(body, found.slice(0, SHOWN), (zone) => zone.id, (zone) => roomRow(store, zone), (row, zone) => renew(row, state, zone));
    table.classList.toggle("is-plain", !full || !incidentIsOpen(state));
    fill(rest, found.length === 0 && t("rooms.none"), found.length > SHOWN && tn("rooms.more", found.length - SHOWN));
  };
  const choose = (status) => {
    only = only === status ? null : status;
    render();
  };
  search.addEventListener("input", render);
  store.watch(["picture", "zones", "routes", "lapsed", "selected"], render);
  return h("div", { class: "stack" }, counts, createPeopleView(store), h("label", { class: "unseen", for: "room-search" }, t("rooms.search")), search, table, rest);
}

function showCounts(place, zones, state, only, choose) {
  const tally = new Map();
  for (const zone of zones) {
    const status = statusOf(state, zone);
    if (status) tally.set(status, (tally.get(status) ?? 0) + 1);
  }
  fill(
    place,
    [...tally].map(([status, n]) =>
      h(
        "button",
        { class: "count", type: "button", data: { status }, "aria-pressed": String(only === status), on: { click: () => choose(status) } },
        h("b", {}, n),
        h("span", {}, statusTitle(status)),
      ),
    ),
  );
}

function roomRow(store, zone) {
  const show = () => store.set({ selected: zone.id, ordinal: zone.ordinal });
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h(
        "button",
        { class: "row-button", type: "button", "aria-label": t("rooms.show", { room: zoneName(zone) }), on: { click: show } },
        h("strong", {}, zoneName(zone)),
        h("small", {}, whereabouts(store.state, zone)),
      ),
    ),
    h("td", {}),
    h("td", {}),
  );
}

function renew(row, state, zone) {
  const status = statusOf(state, zone);
  const route = routeOf(state, zone.id);
  const told = [status, route?.status, route?.unsure_because, route?.margin_s].join("|");
  row.classList.toggle("is-selected", zone.id === state.selected);
  if (row.dataset.told === told) return;
  row.dataset.told = told;
  row.dataset.status = status ?? "";
  const [, answer, way] = row.children;
  fill(answer, status && statusTag(status));
  fill(way, route && h("span", { class: "way", data: { status: route.status } }, h("b", {}, marginCell(route) ?? ""), h("small", {}, routeTitle(route))));
}
