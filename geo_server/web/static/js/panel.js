/** The panel beside (on a phone: below) the map: what a role comes for, in tabs where there is more than one thing. */

import { createConcernsPanel } from "./concerns_panel.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { createMePanel } from "./me_panel.js";
import { createOutboxView } from "./outbox_view.js";
import { createPlansPanel } from "./plans_panel.js";
import { createReadinessPanel } from "./readiness_panel.js";
import { createRoomDetail } from "./room_detail.js";
import { createRoomsPanel } from "./rooms_panel.js";
import { createRoundsPanel } from "./rounds_panel.js";
import { createSituationPanel } from "./situation_panel.js";
import { may, reportsOwnRoom } from "./store.js";
import { t } from "./strings.js";

/** The tabs of a role, the first of which is shown first. */
function tabsFor(state) {
  const sees = may(state, "see_statuses");
  return [
    sees && "rooms",
    sees && "situation",
    reportsOwnRoom(state) && "me",
    !sees && "rooms",
    (may(state, "see_reports") || may(state, "walk_rounds")) && "readiness",
    may(state, "walk_rounds") && "rounds",
    may(state, "handle_concerns") && "concerns",
    may(state, "edit_floorplans") && "floorplans",
  ].filter(Boolean);
}

export function showPanel(store, tools) {
  const panel = document.getElementById("panel");
  const names = tabsFor(store.state);
  const create = {
    me: () => createMePanel(store, tools),
    rooms: () => h("div", {}, createRoomDetail(store, tools), createRoomsPanel(store)),
    situation: () => createSituationPanel(store),
    readiness: () => createReadinessPanel(store, tools),
    rounds: () => createRoundsPanel(store, tools),
    concerns: () => createConcernsPanel(store),
    floorplans: () => createPlansPanel(store),
  };
  const bodies = Object.fromEntries(
    names.map((name) => [
      name,
      h("div", { id: `tab-${name}`, class: "tab-body", role: "tabpanel", "aria-labelledby": `pick-${name}` }, create[name]()),
    ]),
  );
  const buttons = names.map((name) => tabButton(store, name));
  const fault = h("p", { class: "fault", role: "alert" });
  fill(
    panel,
    h("div", { class: "panel-top" }, names.length > 1 && tabList(buttons), sizeButtons(panel)),
    fault,
    may(store.state, "report_status") && createOutboxView(store, tools),
    h("div", { class: "panel-body" }, Object.values(bodies)),
  );
  store.set({ tab: names[0] });
  store.watch(["tab"], ({ tab }) => {
    for (const [name, body] of Object.entries(bodies)) body.hidden = name !== tab;
    for (const button of buttons) {
      const chosen = button.dataset.tab === tab;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });
  store.watch(["concernsWaiting"], ({ concernsWaiting: n }) => {
    const button = buttons.find(({ dataset }) => dataset.tab === "concerns");
    if (button) fill(button, n > 0 ? t("tab.concerns_waiting", { n }) : t("tab.concerns"));
  });
  store.watch(["selected"], ({ selected }) => {
    if (!selected) return;
    store.set({ tab: "rooms" });
    panel.querySelector(".panel-body").scrollTop = 0;
  });
  store.watch(["fault"], (state) => fill(fault, state.fault));
}

const SIZES = ["short", "middle", "tall"];

/** On a phone: more of the panel, or more of the map. */
function sizeButtons(panel) {
  let size = 1;
  const show = () => {
    panel.dataset.size = SIZES[size];
    more.disabled = size === SIZES.length - 1;
    less.disabled = size === 0;
  };
  const button = (step, name, key) => {
    const turn = () => {
      size += step;
      show();
    };
    return h("button", { class: "grip", type: "button", "aria-label": t(key), title: t(key), on: { click: turn } }, icon(name));
  };
  const more = button(1, "up", "panel.more");
  const less = button(-1, "down", "panel.less");
  show();
  return h("div", { class: "grips" }, less, more);
}

const tabList = (buttons) =>
  h("div", { class: "tabs", role: "tablist", "aria-label": t("tab.list"), on: { keydown: (event) => arrowKeys(event, buttons) } }, buttons);

const tabButton = (store, name) =>
  h(
    "button",
    {
      class: "tab",
      id: `pick-${name}`,
      type: "button",
      role: "tab",
      "aria-controls": `tab-${name}`,
      data: { tab: name },
      on: { click: () => store.set({ tab: name, selected: null }) },
    },
    t(`tab.${name}`),
  );

function arrowKeys(event, buttons) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
}
