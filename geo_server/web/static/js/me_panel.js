/** What staff come for: my room, two big buttons, and whether what I sent has arrived. */

import { clockTime } from "./clock.js";
import { fill, h } from "./dom.js";
import { STATUS_ICONS, icon } from "./icons.js";
import { guidanceOf, incidentIsOpen, isOfIncident, leavesUnsure, statusTitle, whereabouts, zoneName } from "./model.js";
import { moreForm } from "./more_form.js";
import { routeView } from "./route_view.js";
import { chooseRoom } from "./room_picker.js";
import { t } from "./strings.js";

/** @returns {HTMLElement} */
export function createMePanel(store, { outbox, startReport }) {
  const ask = h("div", {});
  const room = h("div", { class: "my-room" });
  const big = h("div", { class: "big-buttons" });
  const sent = h("p", { class: "sent", role: "status" });
  const form = moreForm((status) => say(status));
  const say = (status) => reportStatus(store, outbox, status, form);
  const route = h("div", {});
  const report = h(
    "button",
    { class: "button button-threat", type: "button", on: { click: startReport } },
    icon("threat"),
    t("report.start"),
  );
  const panel = h("div", { class: "stack" }, ask, big, sent, room, h("div", { class: "pair" }, form.element, report), route);

  store.watch(["mine", "zoneById", "picture"], (state) => {
    const zone = state.zoneById.get(state.mine);
    fill(ask, !zone && askForRoom(store));
    fill(room, zone && myRoom(store, state, zone));
    ask.hidden = Boolean(zone);
    room.hidden = !zone;
    fill(big, incidentIsOpen(state) ? bigButtons(state, say) : h("p", { class: "small" }, t("me.none")));
    form.element.hidden = !state.mine || !incidentIsOpen(state);
  });
  store.watch(["outbox", "mine", "picture"], (state) => showSent(sent, state));
  store.watch(["guidance", "mine", "lapsed"], (state) => {
    fill(route, wayOut(state));
  });
  return panel;
}

/** The way out. One that is not guaranteed is folded away: the card says when to take it. */
function wayOut(state) {
  const guidance = guidanceOf(state);
  if (!guidance?.route) return guidance?.directive && guidance.withheld ? h("p", { class: "small" }, guidance.withheld) : null;
  const whole = routeView(state, guidance.route, guidance.route);
  return leavesUnsure(state) ? h("details", { class: "box" }, h("summary", {}, t("route.if_clear")), whole) : whole;
}

const chooseOwn = (store) => () => chooseRoom(store, (zoneId) => store.set({ mine: zoneId }));

const askForRoom = (store) =>
  h("button", { class: "button button-main wide", type: "button", on: { click: chooseOwn(store) } }, icon("pin"), t("me.choose"));

const myRoom = (store, state, zone) => [
  icon("pin"),
  h("span", { class: "my-room-name" }, h("strong", {}, zoneName(zone)), h("small", {}, whereabouts(state, zone))),
  h("button", { class: "button", type: "button", on: { click: chooseOwn(store) } }, t("me.change")),
];

const bigButtons = (state, say) => [bigButton(state, "ok", t("me.ok"), say), bigButton(state, "help", t("me.help"), say)];

const bigButton = (state, status, words, say) =>
  h(
    "button",
    {
      class: "big-button",
      type: "button",
      data: { status },
      "aria-pressed": String(state.picture?.statuses?.[state.mine]?.status === status),
      on: { click: () => say(status) },
    },
    icon(STATUS_ICONS[status]),
    words,
  );

/** Reports at once, with what is filled in; whoever has not said which room they are in is asked first. */
function reportStatus(store, outbox, status, form) {
  const send = (zoneId) => outbox.report(zoneId, status, form.take());
  if (store.state.mine) return send(store.state.mine);
  return chooseRoom(store, (zoneId) => {
    store.set({ mine: zoneId });
    send(zoneId);
  });
}

/** The last report of this device in this incident: queued, sending, confirmed or refused. Never silent about it. */
function showSent(place, state) {
  const last = state.outbox.findLast((report) => report.content.zone_id === state.mine && isOfIncident(state, report));
  const told = JSON.stringify(last ?? [state.mine, incidentIsOpen(state)]);
  if (place.dataset.told === told) return undefined;
  place.dataset.told = told;
  place.dataset.state = last?.state ?? "";
  if (!last) return fill(place, state.mine && incidentIsOpen(state) && t("me.unsaid"));
  const values = {
    status: statusTitle(last.content.status),
    time: last.confirmed_at ? clockTime(last.confirmed_at, true) : "",
  };
  fill(place, icon(last.state === "confirmed" ? "tick" : "alert"), t(`me.${last.state}`, values));
  return place.scrollIntoView({ block: "nearest" });
}
