/** The incident as a whole: threats, orders, closed ways, the all-clear. */

import { remove } from "./api.js";
import { attempt } from "./ask.js";
import { ago, clockTime, ticking } from "./clock.js";
import { conflictChoices } from "./conflicts.js";
import { drillReportButton } from "./drills_panel.js";
import { h } from "./dom.js";
import { ending, leftBehind, unanswered } from "./ending.js";
import { fullName, incidentIsOpen, incidentOf, openConflicts } from "./model.js";
import { openOrder } from "./orders.js";
import { doorName } from "./room_detail.js";
import { section } from "./section.js";
import { shareWithResponders } from "./share_panel.js";
import { may } from "./store.js";
import { t } from "./strings.js";
import { threatList, threatsTold } from "./threat_list.js";

/** @returns {HTMLElement} */
export function createSituationPanel(store) {
  const sections = [
    section((state) => incidentOf(state) === null, (state) => incidentOf(state) === null && empty("situation.no_incident")),
    section(openConflicts, (state) => conflictChoices(store, state)),
    section(threatsTold, (state) => threatList(store, state)),
    section(({ picture }) => [picture?.directives, picture?.incident], (state) => orders(store, state)),
    section(({ picture }) => picture?.closures, (state) => [h("h3", {}, t("situation.closures")), closures(store, state)]),
    section(incidentOf, shareWithResponders),
    section((state) => [incidentOf(state), unanswered(state)], leftBehind),
    section(incidentOf, (state) => [ending(store, state), drillReportButton(store, state)]),
    section(() => true, exports),
  ];
  const update = (state) => sections.forEach((one) => one.update(state));
  store.watch(["picture", "sightings", "plan", "zones", "openings"], update);
  return h("div", { class: "stack" }, sections.map((one) => one.element));
}

const empty = (key) => h("p", { class: "small" }, t(key));

const orders = (store, state) => [
  h("h3", {}, t("situation.orders")),
  orderList(state),
  incidentIsOpen(state) &&
    may(state, "give_directives") &&
    h("button", { class: "button", type: "button", on: { click: () => openOrder(store, null) } }, t("situation.give")),
];

function orderList(state) {
  const list = state.picture?.directives ?? [];
  if (!list.length) return empty("situation.no_orders");
  return h(
    "ul",
    { class: "cards" },
    list.map((order) => {
      const zone = state.zoneById.get(order.zone_id);
      return h(
        "li",
        { class: "order" },
        h("strong", {}, order.title),
        h("span", {}, zone ? t("card.for_room", { room: fullName(state, zone) }) : t("card.for_site")),
        order.reason && h("q", {}, order.reason),
        h("small", {}, [order.given_by, clockTime(order.given_at)].filter(Boolean).join(", "), ", ", ticking(order.given_at, ago)),
      );
    }),
  );
}

function closures(store, state) {
  const list = state.picture?.closures ?? [];
  if (!list.length) return empty("close.none");
  return h(
    "ul",
    { class: "doors" },
    list.map((closure) => {
      const door = state.openingById.get(closure.subject_id);
      const zone = state.zoneById.get(door?.zones?.find(Boolean) ?? closure.subject_id);
      const name = door ? doorName(state, null, door) : zone ? fullName(state, zone) : closure.subject_id;
      const lift = () => attempt(remove(`/api/sites/${state.site.slug}/closures/${closure.id}`), store);
      return h(
        "li",
        {},
        h("span", {}, name, " ", h("b", { class: "closed" }, t(`close.${closure.reason}`)), " ", ticking(closure.since_at, ago)),
        may(state, "close_ways") && h("button", { class: "button", type: "button", on: { click: lift } }, t("close.open")),
      );
    }),
  );
}

function exports(state) {
  if (!may(state, "export")) return null;
  const base = `/api/sites/${state.site.slug}/exports`;
  return [
    h("h3", {}, t("situation.exports")),
    h(
      "p",
      { class: "pair" },
      h("a", { class: "button", href: `${base}/map.html`, download: true }, t("situation.export_html")),
      h("a", { class: "button", href: `${base}/floorplan.geojson`, download: true }, t("situation.export_geojson")),
    ),
  ];
}
