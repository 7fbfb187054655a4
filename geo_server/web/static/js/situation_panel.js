/** The incident as a whole: threats, orders, closed ways, the all-clear. */

import { ago, clockTime, ticking } from "./clock.js";
import { closureList } from "./closure_list.js";
import { conflictChoices } from "./conflicts.js";
import { drillReportButton } from "./drills_panel.js";
import { h } from "./dom.js";
import { ending, leftBehind, unanswered } from "./ending.js";
import { incidentIsOpen, incidentOf, openConflicts } from "./model.js";
import { openingButton } from "./opening_incident.js";
import { openOrder } from "./orders.js";
import { lookBack } from "./replay_dialog.js";
import { section } from "./section.js";
import { shareWithResponders } from "./share_panel.js";
import { may } from "./store.js";
import { t } from "./strings.js";
import { threatList, threatsTold } from "./threat_list.js";
import { scopeOf, withdrawButton, withdrawn } from "./withdrawal.js";

/** @returns {HTMLElement} */
export function createSituationPanel(store) {
  const sections = [
    section((state) => incidentOf(state) === null, (state) => incidentOf(state) === null && [empty("situation.no_incident"), openingButton(store)]),
    section(openConflicts, (state) => conflictChoices(store, state)),
    section(threatsTold, (state) => threatList(store, state)),
    section(({ picture }) => [picture?.directives, picture?.withdrawals, picture?.incident], (state) => orders(store, state)),
    section(({ picture }) => picture?.closures, (state) => closureList(store, state)),
    section(incidentOf, shareWithResponders),
    section((state) => [incidentOf(state), unanswered(state)], leftBehind),
    section(incidentOf, (state) => [ending(store, state), drillReportButton(store, state), lookBack(store, state)]),
    section(() => true, exports),
  ];
  const update = (state) => sections.forEach((one) => one.update(state));
  store.watch(["picture", "sightings", "plan", "zones", "openings"], update);
  return h("div", { class: "stack" }, sections.map((one) => one.element));
}

const empty = (key) => h("p", { class: "small" }, t(key));

const orders = (store, state) => [
  h("h3", {}, t("situation.orders")),
  orderList(store, state),
  withdrawn(state),
  incidentIsOpen(state) &&
    may(state, "give_directives") &&
    h("button", { class: "button", type: "button", on: { click: () => openOrder(store, null) } }, t("situation.give")),
];

function orderList(store, state) {
  const list = state.picture?.directives ?? [];
  if (!list.length) return empty("situation.no_orders");
  return h(
    "ul",
    { class: "cards" },
    list.map((order) =>
      h(
        "li",
        { class: "order" },
        h("strong", {}, order.title),
        h("span", {}, scopeOf(state, order)),
        order.reason && h("q", {}, order.reason),
        h("small", {}, [order.given_by, clockTime(order.given_at)].filter(Boolean).join(", "), ", ", ticking(order.given_at, ago)),
        withdrawButton(store, state, order),
      ),
    ),
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
