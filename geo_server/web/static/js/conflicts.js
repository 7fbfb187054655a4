/** Alarms that call for leaving while people are told to stay, or the other way round. They change nothing until a person has decided. */

import { postJson } from "./api.js";
import { attempt } from "./ask.js";
import { ago, ticking } from "./clock.js";
import { h } from "./dom.js";
import { incidentOf, openConflicts } from "./model.js";
import { openOrder } from "./orders.js";
import { may } from "./store.js";
import { t } from "./strings.js";

/** One band a conflict, for everyone: the order stands. */
export const conflictBands = (state) =>
  openConflicts(state).map((conflict) =>
    h(
      "p",
      { class: "notice notice-conflict", role: "status" },
      h("strong", {}, t("conflict.band", { kind: conflict.title }), ", ", ticking(conflict.raised_at, ago), "."),
      h("span", { class: "notice-rest" }, t("conflict.stands")),
    ),
  );

/** For those who give orders: keep what is in force, or give another order in its place, with all that is asked of any order. */
export function conflictChoices(store, state) {
  if (!may(state, "give_directives") || openConflicts(state).length === 0) return null;
  const keep = ({ id }) => attempt(postJson(`/api/sites/${state.site.slug}/conflicts/${id}/decision`, { decision: "keep" }), store);
  // Never for what calls for leaving: whoever tells people to leave is asked first, as with any order.
  const become = ({ kind }) => attempt(postJson(`/api/sites/${state.site.slug}/incidents/${incidentOf(state).id}/kind`, { kind }), store);
  const button = (words, run) => h("button", { class: "button", type: "button", on: { click: run } }, words);
  const words = (key, { may_leave: leave, title: kind }) => t(leave === false ? `conflict.${key}_stay` : `conflict.${key}`, { kind });
  return openConflicts(state).map((conflict) =>
    h(
      "div",
      { class: "warning" },
      h(
        "div",
        {},
        h("strong", {}, words("title", conflict)),
        h("p", {}, words("decide", conflict)),
        h(
          "div",
          { class: "pair" },
          button(t("conflict.keep"), () => keep(conflict)),
          button(t("conflict.change", { action: conflict.action_title }), () => openOrder(store, null, conflict)),
        ),
        conflict.may_leave === false &&
          conflict.kind !== incidentOf(state).kind &&
          button(t("conflict.become", { kind: conflict.title }), () => become(conflict)),
      ),
    ),
  );
}
