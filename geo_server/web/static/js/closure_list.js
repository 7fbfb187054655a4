/** The ways that are closed, each by its name, with the reason and since when. */

import { remove } from "./api.js";
import { attempt } from "./ask.js";
import { ago, ticking } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closureName, levelName } from "./model.js";
import { closingRow } from "./room_detail.js";
import { may } from "./store.js";
import { t } from "./strings.js";

export function closureList(store, state) {
  const list = state.picture?.closures ?? [];
  return [
    h("h3", {}, t("situation.closures")),
    list.length === 0
      ? h("p", { class: "small" }, t("close.none"))
      : h("ul", { class: "doors" }, list.map((closure) => h("li", {}, told(store, state, closure), liftButton(store, state, closure)))),
    openPoints(store, state, list),
  ];
}

/** Assembly points are in no room, so this is where they are closed. */
function openPoints(store, state, closures) {
  const open = state.site.assembly_points.filter(({ id }) => !closures.some((closure) => closure.subject_id === id));
  if (!may(state, "close_ways") || open.length === 0) return null;
  return [h("h3", {}, t("situation.points")), h("ul", { class: "doors" }, open.map(({ id, name }) => closingRow(store, state, id, name)))];
}

function told(store, state, closure) {
  const where = [levelName(state, closure.ordinal), state.site.buildings.length > 1 && closure.building].filter(Boolean).join(", ");
  const words = [
    icon("closed", "icon closed-sign"),
    h("strong", {}, closureName(closure)),
    h("small", {}, closure.at && [where, ", "], h("b", { class: "closed" }, t(`close.${closure.reason}`)), " ", ticking(closure.since_at, ago)),
  ];
  const show = () => store.set({ ordinal: closure.ordinal, focus: { at: closure.at } });
  return closure.at ? h("button", { class: "choice", type: "button", on: { click: show } }, words) : h("span", { class: "choice" }, words);
}

function liftButton(store, state, closure) {
  if (!may(state, "close_ways")) return null;
  const lift = () => attempt(remove(`/api/sites/${state.site.slug}/closures/${closure.id}`), store);
  const name = `${t("close.open")}: ${closureName(closure)}`;
  return h("button", { class: "button", type: "button", "aria-label": name, on: { click: lift } }, t("close.open"));
}
