/** The end of an incident: the all-clear, taking it back, closing it, and who would be left behind by that. */

import { postJson } from "./api.js";
import { attempt, openDialog } from "./ask.js";
import { h } from "./dom.js";
import { holdButton } from "./hold.js";
import { icon } from "./icons.js";
import { incidentOf } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const IN_NEED = ["threat_here", "medical", "help"];

/** How many rooms need help, and how many from which an answer is expected have given none. Also after the all-clear. */
export function unanswered(state) {
  const statuses = state.picture?.statuses ?? {};
  return {
    help: Object.values(statuses).filter(({ status }) => IN_NEED.includes(status)).length,
    silent: state.zones.filter(({ id, occupied }) => occupied && !statuses[id]).length,
  };
}

/** Who would be left behind if the incident ended now; null when nobody would, or for those who cannot end it. */
export function leftBehind(state) {
  if (!incidentOf(state) || !may(state, "manage_incident")) return null;
  const { help, silent } = unanswered(state);
  if (help + silent === 0) return null;
  return h(
    "div",
    { class: "warning" },
    icon("threat"),
    h(
      "div",
      {},
      help > 0 && h("strong", {}, tn("situation.need_help", help)),
      silent > 0 && h("strong", {}, tn("card.silent", silent)),
      h("p", {}, t("situation.left_behind")),
    ),
  );
}

/** For those who may: give the all-clear; after it take it back, or close the incident, which is asked once. */
export function ending(store, state) {
  const incident = incidentOf(state);
  if (!incident || !may(state, "manage_incident")) return null;
  const to = (next) => () => attempt(postJson(`/api/sites/${state.site.slug}/incidents/${incident.id}/state`, { state: next }), store);
  if (incident.state === "open") {
    return h(
      "div",
      { class: "stack" },
      holdButton(t("situation.all_clear"), t("situation.all_clear_again"), to("all_clear")),
      h("p", { class: "small" }, t("situation.all_clear_words")),
    );
  }
  return h(
    "div",
    { class: "pair" },
    h("button", { class: "button", type: "button", on: { click: to("open") } }, t("situation.reopen")),
    h("button", { class: "button", type: "button", on: { click: () => askToClose(store.state, to("closed")) } }, t("situation.close")),
  );
}

function askToClose(state, close) {
  const closeAll = () => {
    dialog.close();
    close();
  };
  const dialog = openDialog(
    t("situation.close_title"),
    leftBehind(state) ?? h("p", {}, t("situation.close_all_answered")),
    h("p", {}, t("situation.close_words")),
    h("div", { class: "dialog-foot" }, h("button", { class: "button button-main", type: "button", on: { click: closeAll } }, t("situation.close"))),
  );
}
