/** One room: what it answered, its way out, what responders and commanders can do about it. */

import { postJson, remove } from "./api.js";
import { ago, ticking } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { newId } from "./ids.js";
import { basisOf, incidentIsOpen, routeOf, saidAt, statusOf, whereabouts, zoneName } from "./model.js";
import { sayButton } from "./more_form.js";
import { openOrder } from "./orders.js";
import { attempt, openChoice } from "./ask.js";
import { exitName, routeView } from "./route_view.js";
import { section } from "./section.js";
import { statusTag } from "./status_view.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";
import { waysView } from "./ways_view.js";

const RESPONDER_SAYS = ["ok", "help", "medical", "danger", "cleared"];
const REASONS = ["locked", "blocked", "burning"];

/** @returns {HTMLElement} */
export function createRoomDetail(store, { outbox }) {
  const zoneOf = (state) => state.zoneById.get(state.selected);
  const of = (told, build) =>
    section(
      (state) => (zoneOf(state) ? [state.selected, told(state, state.selected)] : null),
      (state) => (zoneOf(state) ? build(state, zoneOf(state)) : null),
    );
  const sections = [
    of((state, id) => state.picture?.statuses?.[id] ?? !incidentIsOpen(state), (state, zone) => head(store, state, zone)),
    of((state, id) => [routeOf(state, id), state.plan?.made_for_at], way),
    of((state) => [state.planEtag, basisOf(state.picture)], (_state, zone) => waysView(store, zone)),
    of((state) => [state.mine, incidentIsOpen(state)], (state, zone) => actions(store, state, zone, outbox)),
    of((state) => state.picture?.closures, (state, zone) => doors(store, state, zone)),
  ];
  const place = h("div", { class: "stack detail" }, sections.map((one) => one.element));
  store.watch(["selected", "picture", "routes", "lapsed", "zones", "openings", "mine"], (state) => {
    place.hidden = !zoneOf(state);
    for (const one of sections) one.update(state);
  });
  return place;
}

function head(store, state, zone) {
  const status = statusOf(state, zone);
  return [
    h("button", { class: "button button-back", type: "button", on: { click: () => store.set({ selected: null }) } }, icon("back"), t("detail.back")),
    h("div", { class: "detail-head" }, h("h2", {}, zoneName(zone)), h("p", {}, whereabouts(state, zone)), status && statusTag(status)),
    reportLine(state.picture?.statuses?.[zone.id]),
  ];
}

function way(state, zone) {
  if (!may(state, "see_plan")) return null;
  const route = routeOf(state, zone.id);
  return route ? routeView(state, route, state.plan) : h("p", { class: "small" }, t("detail.no_plan"));
}


function reportLine(report) {
  if (!report) return null;
  const counts = ["adults", "students", "injured", "need_assistance"].filter((name) => Number.isInteger(report[name]));
  const flags = ["door_locked", "can_move"].filter((name) => typeof report[name] === "boolean");
  const said = [...counts.map((name) => tn(`count.${name}`, report[name])), ...flags.map((name) => t(`detail.${name}_${report[name]}`))];
  const counted = said.join(", ");
  return h(
    "p",
    { class: "small" },
    ticking(saidAt(report), ago),
    counted && `: ${counted}`,
    report.note && [" ", h("q", {}, report.note)],
  );
}

function actions(store, state, zone, outbox) {
  const mine = state.mine === zone.id;
  return [
    may(state, "see_reports") &&
      incidentIsOpen(state) && [
        h("h3", {}, t("detail.report")),
        h("div", { class: "grid-buttons" }, RESPONDER_SAYS.map((status) => sayButton(status, () => outbox.report(zone.id, status)))),
      ],
    h("div", { class: "pair" }, [
      may(state, "give_directives") &&
        incidentIsOpen(state) &&
        h("button", { class: "button", type: "button", on: { click: () => openOrder(store, zone) } }, t("detail.order")),
      may(state, "report_status") &&
        !mine &&
        h("button", { class: "button", type: "button", on: { click: () => store.set({ mine: zone.id }) } }, icon("pin"), t("detail.mine")),
    ]),
  ];
}

function doors(store, state, zone) {
  if (!may(state, "close_ways")) return null;
  const own = state.openings.filter((opening) => opening.zones?.includes(zone.id) && opening.category !== "gap");
  if (own.length === 0) return null;
  return [h("h3", {}, t("detail.doors")), h("ul", { class: "doors" }, own.map((door) => doorRow(store, state, zone, door)))];
}

const doorRow = (store, state, zone, door) => closingRow(store, state, door.id, doorName(state, zone, door));

/** A way or place with the button that closes it, or opens it again. */
export function closingRow(store, state, subjectId, name) {
  const closure = state.picture?.closures?.find((one) => one.subject_id === subjectId);
  const base = `/api/sites/${state.site.slug}/closures`;
  const act = closure
    ? () => attempt(remove(`${base}/${closure.id}`), store)
    : () =>
        openChoice(
          t("close.title", { door: name }),
          REASONS.map((reason) => ({ value: reason, title: t(`close.${reason}`) })),
          (reason) => attempt(postJson(base, { id: newId(), subject_id: subjectId, reason }), store),
        );
  return h(
    "li",
    {},
    h("span", {}, name, closure && h("b", { class: "closed" }, ` ${t(`close.${closure.reason}`)}`)),
    h("button", { class: "button", type: "button", "aria-label": `${t(closure ? "close.open" : "close.close")}: ${name}`, on: { click: act } }, t(closure ? "close.open" : "close.close")),
  );
}

export function doorName(state, zone, door) {
  if (door.exit) return exitName(state, door.id).replace(/^./, (letter) => letter.toLocaleUpperCase());
  const other = door.zones?.find((id) => id && id !== zone?.id);
  const there = other ? state.zoneById.get(other) : null;
  return t("detail.door_to", { zone: there ? zoneName(there) : t("detail.outside") });
}
