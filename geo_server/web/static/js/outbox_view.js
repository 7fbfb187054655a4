/** Reports that have not arrived, for everyone who makes any: those that wait, and those that were refused, whole. */

import { clockTime } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fullName, isOfIncident, statusTitle } from "./model.js";
import { section } from "./section.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";
import { settledLines, settledTold } from "./unsent.js";

const COUNTS = ["adults", "students", "injured", "need_assistance", "missing", "extra"];

/** @returns {HTMLElement} */
export function createOutboxView(store, { outbox, sightings }) {
  const told = (state) => [settledTold(state), state.outbox.filter(isRefused), state.outbox.filter(isLate), waiting(state), state.othersWaiting, state.zones.length];
  const part = section(told, (state) => [
    state.outbox.filter(isLate).map((report) => lateCard(state, report, outbox)),
    settledLines(state, sightings),
    waiting(state) > 0 && h("p", { class: "kept" }, icon("alert"), tn("outbox.waiting", waiting(state))),
    state.othersWaiting > 0 && h("p", { class: "kept" }, icon("alert"), tn("outbox.others", state.othersWaiting)),
    state.outbox.filter(isRefused).map((report) => refusedCard(state, report, outbox)),
  ]);
  store.watch(["unsent", "outbox", "othersWaiting", "zones", "mine", "picture"], part.update);
  part.element.classList.add("outbox");
  part.element.setAttribute("role", "status");
  return part.element;
}

/** A call for help that came when nobody may have been looking any more. */
const isLate = ({ answer }) => Boolean(answer?.late);

const lateCard = (state, report, outbox) =>
  h(
    "div",
    { class: "warning", role: "alert" },
    h(
      "div",
      {},
      h("strong", {}, t("outbox.late", { room: roomOf(state, report), status: statusTitle(report.content.status) })),
      h("p", {}, t("outbox.late_words")),
      h("button", { class: "button", type: "button", on: { click: () => outbox.drop(report) } }, t("outbox.late_read")),
    ),
  );

function roomOf(state, { content }) {
  const zone = state.zoneById.get(content.zone_id);
  return zone ? fullName(state, zone) : t("outbox.unknown_room");
}

const isRefused = (report) => report.state === "refused";

/** Reports that wait, without those that tell their state below the person's own buttons. */
const waiting = (state) => state.outbox.filter((report) => report.state === "queued" && !isToldBelow(state, report)).length;

const isToldBelow = (state, report) =>
  report.content.zone_id === state.mine && isOfIncident(state, report) && !may(state, "see_reports");

function refusedCard(state, report, outbox) {
  const { content, why } = report;
  const room = roomOf(state, report);
  const number = (name) => content[name]?.length ?? content[name];
  const counted = COUNTS.filter((name) => Number.isInteger(number(name))).map((name) => tn(`count.${name}`, number(name)));
  return h(
    "div",
    { class: "warning" },
    h(
      "div",
      {},
      h("strong", {}, t("outbox.refused", { room, status: statusTitle(content.status), time: clockTime(content.client_at) })),
      counted.length > 0 && h("p", {}, counted.join(", ")),
      content.note && h("q", {}, content.note),
      h("p", {}, why),
      h(
        "div",
        { class: "pair" },
        h("button", { class: "button", type: "button", on: { click: () => outbox.repeat(report) } }, t("outbox.repeat")),
        h("button", { class: "button", type: "button", on: { click: () => outbox.drop(report) } }, t("outbox.drop")),
      ),
    ),
  );
}
