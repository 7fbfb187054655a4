/** Drills: starting one, and the list of those that were; each opens its report. */

import { getJson, postJson } from "./api.js";
import { attempt, openChoice } from "./ask.js";
import { dayAndTime, duration } from "./clock.js";
import { createDrillReport } from "./drill_report.js";
import { fill, h } from "./dom.js";
import { incidentIsOpen, incidentOf, isExercise, kindTitle } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

/** @returns {HTMLElement} */
export function createDrillsPanel(store) {
  const base = `/api/sites/${store.state.site.slug}/drills`;
  const list = h("ul", { class: "cards" });
  const start = h("button", { class: "button", type: "button", on: { click: () => askKind(store) } }, t("drill.start"));
  const report = createDrillReport(store, base, () => store.set({ drill: null }));
  const all = h(
    "section",
    { class: "stack" },
    h("h2", {}, t("drill.title")),
    h("p", { class: "small" }, t("drill.words")),
    may(store.state, "manage_incident") && start,
    list,
  );

  const load = async () => {
    if (store.state.tab !== "readiness") return;
    const answer = await attempt(getJson(base), store);
    if (answer) fill(list, answer.drills.length ? answer.drills.map((one) => row(store, one)) : h("li", {}, t("drill.none")));
  };
  store.watch(["tab", "kept"], load);
  let incident = null;
  store.watch(["picture"], (state) => {
    start.disabled = incidentIsOpen(state);
    const told = JSON.stringify(incidentOf(state));
    if (told !== incident) load();
    incident = told;
  });
  store.watch(["drill"], ({ drill }) => {
    all.hidden = drill !== null;
  });
  return h("div", {}, report, all);
}

/** Leads from a drill of now to its report. */
export function drillReportButton(store, state) {
  if (!isExercise(state)) return null;
  const open = () => store.set({ tab: "readiness", drill: incidentOf(state).id });
  return h("button", { class: "button", type: "button", on: { click: open } }, t("drill.open_now"));
}

function row(store, { incident_id: id, kind, opened_at: opened, cleared_at: cleared, open_actions: actions }) {
  const took = cleared ? t("drill.took", { time: duration((Date.parse(cleared) - Date.parse(opened)) / 1000) }) : t("drill.running");
  return h(
    "li",
    {},
    h("span", {}, h("strong", {}, kindTitle(store.state, kind)), " ", dayAndTime(opened), " ", h("small", {}, [took, actions > 0 && tn("drill.actions_open", actions)].filter(Boolean).join(", "))),
    h("button", { class: "button", type: "button", on: { click: () => store.set({ drill: id }) } }, t("drill.open")),
  );
}

function askKind(store) {
  const begin = (kind) => attempt(postJson(`/api/sites/${store.state.site.slug}/incidents`, { kind, exercise: true }), store);
  openChoice(t("drill.which"), store.state.protocols.kinds.map(({ key, title }) => ({ value: key, title })), begin);
}
