/** Directives: orders of people, for the whole site or for one zone. */

import { postJson } from "./api.js";
import { openDialog } from "./ask.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { newId } from "./ids.js";
import { actionOf, fullName, unsureZones, zoneName } from "./model.js";
import { choices } from "./report.js";
import { t, tn } from "./strings.js";

/** Ask the commander what a zone (or with null the whole site) is to do. The order settles a conflict when one is given. */
export function openOrder(store, zone, conflict = null) {
  const { state } = store;
  const id = newId();
  const reason = h("input", { type: "text", id: "order-reason", name: "reason", maxlength: 300, autocomplete: "off" });
  const warning = h("div", { role: "alert" });
  const fault = h("p", { class: "fault", role: "alert" });
  const give = h("button", { class: "button button-main", type: "submit" }, t("situation.send_order"));

  const warn = () => {
    const action = actionOf(store.state, new FormData(form).get("action"));
    const unsure = action?.may_leave ? unsureZones(store.state, zone) : [];
    fill(warning, unsure.length > 0 && unsureWarning(store.state, unsure));
    fill(give, t(unsure.length > 0 ? "situation.send_order_unsure" : "situation.send_order"));
  };
  const send = async (event) => {
    event.preventDefault();
    const action = new FormData(form).get("action");
    const order = { action, zone_id: zone?.id ?? null, reason: reason.value };
    give.disabled = true;
    fill(fault);
    try {
      await (conflict ? settle(state, conflict, order) : postJson(`/api/sites/${state.site.slug}/directives`, { id, ...order }));
      dialog.close();
    } catch (refusal) {
      fill(fault, refusal.message);
      give.disabled = false;
    }
  };
  const form = h(
    "form",
    { class: "stack", on: { submit: send, change: warn } },
    choices(
      "action",
      zone ? t("situation.give_for", { room: fullName(state, zone) }) : t("situation.give_site"),
      state.protocols.actions.map(({ key, title, words }) => ({ value: key, title, words })),
      conflict?.action ?? null,
    ),
    warning,
    h("label", { for: "order-reason" }, t("situation.reason")),
    reason,
    fault,
    h("div", { class: "dialog-foot" }, give),
  );
  warn();
  const dialog = openDialog(t("situation.give"), form);
}

const settle = (state, conflict, order) =>
  postJson(`/api/sites/${state.site.slug}/conflicts/${conflict.id}/decision`, { decision: "change", ...order });

/** What an order to leave means where no way out is guaranteed: how many, which, and what people there will read. */
function unsureWarning(state, zones) {
  return h(
    "div",
    { class: "warning" },
    icon("threat"),
    h(
      "div",
      {},
      h("strong", {}, state.routes.size ? tn("situation.unsure", zones.length) : t("situation.unsure_no_plan")),
      h("div", { class: "warning-names" }, byBuilding(zones).map((group) => named(state, group))),
      h("p", {}, t("situation.unsure_words", { words: t("card.no_sure_way") })),
    ),
  );
}

const byBuilding = (zones) => [...new Set(zones.map(({ building }) => building))].map((name) => zones.filter(({ building }) => building === name));

const named = (state, zones) =>
  h(
    "p",
    {},
    state.site.buildings.length > 1 && h("strong", {}, t("situation.in_building", { building: zones[0].building, n: zones.length }), " "),
    zones.map(zoneName).join(", "),
  );
