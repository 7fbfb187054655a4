/** What staff press in fear, in sight whatever else is shown, and whether what they sent has arrived. */

import { clockTime } from "./clock.js";
import { fill, h } from "./dom.js";
import { STATUS_ICONS, icon } from "./icons.js";
import { incidentIsOpen, isOfIncident, statusTitle, whereabouts, zoneName } from "./model.js";
import { chooseOwnRoom } from "./room_picker.js";
import { t } from "./strings.js";

/** For those who report of a room of their own; others have their buttons elsewhere. */
export function showActions(store, { say, startReport }) {
  const choose = (words, props = {}) =>
    h("button", { class: "button", type: "button", on: { click: () => chooseOwnRoom(store) }, ...props }, words);
  const ask = choose([icon("pin"), t("me.choose")], { class: "button button-main" });
  const name = h("p", { class: "my-room-name" });
  const sent = h("p", { class: "sent", role: "status" });
  const room = h("div", { class: "my-room" }, icon("pin"), h("div", {}, name, sent), choose(t("me.change")));
  const big = h("div", { class: "actions-row" });
  fill(document.getElementById("actions"), ask, room, big);

  store.watch(["mine", "zoneById", "picture"], (state) => {
    const zone = state.zoneById.get(state.mine);
    fill(name, zone && [h("strong", {}, zoneName(zone)), " ", h("small", {}, whereabouts(state, zone))]);
    ask.hidden = Boolean(zone);
    room.hidden = !zone;
    fill(big, incidentIsOpen(state) && [bigButton(state, "ok", say), bigButton(state, "help", say)], reportButton(startReport));
  });
  store.watch(["outbox", "mine", "picture"], (state) => showSent(sent, room, state));
}

const bigButton = (state, status, say) =>
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
    t(`me.${status}`),
  );

const reportButton = (startReport) =>
  h("button", { class: "big-button is-report", type: "button", on: { click: startReport } }, icon("threat"), t("report.start"));

/** The last report of this device in this incident: queued, sending, confirmed or refused. Never silent about it. */
function showSent(place, room, state) {
  const last = state.outbox.findLast((report) => report.content.zone_id === state.mine && isOfIncident(state, report));
  const told = JSON.stringify(last ?? [state.mine, incidentIsOpen(state)]);
  if (place.dataset.told === told) return undefined;
  place.dataset.told = told;
  room.dataset.state = last?.state ?? "";
  if (!last) return fill(place, state.mine && incidentIsOpen(state) && t("me.unsaid"));
  const values = {
    status: statusTitle(last.content.status),
    time: last.confirmed_at ? clockTime(last.confirmed_at, true) : "",
  };
  return fill(place, icon(last.state === "confirmed" ? "tick" : "alert"), t(`me.${last.state}`, values));
}
