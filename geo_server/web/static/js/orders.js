/** Directives: orders of people, for the whole site or for one zone. */

import { postJson } from "./api.js";
import { attempt, openDialog } from "./ask.js";
import { h } from "./dom.js";
import { newId } from "./ids.js";
import { zoneName } from "./model.js";
import { choices } from "./report.js";
import { t } from "./strings.js";

/** Ask the commander what a zone (or with null the whole site) is to do. */
export function openOrder(store, zone) {
  const { state } = store;
  const id = newId();
  const reason = h("input", { type: "text", id: "order-reason", name: "reason", maxlength: 300, autocomplete: "off" });
  const send = async (event) => {
    event.preventDefault();
    const action = new FormData(form).get("action");
    const body = { id, action, zone_id: zone?.id ?? null, reason: reason.value };
    if (await attempt(postJson(`/api/sites/${state.site.slug}/directives`, body), store)) dialog.close();
  };
  const form = h(
    "form",
    { class: "stack", on: { submit: send } },
    choices(
      "action",
      zone ? t("situation.give_for", { room: zoneName(zone) }) : t("situation.give_site"),
      state.protocols.actions.map(({ key, title, words }) => ({ value: key, title, words })),
      null,
    ),
    h("label", { for: "order-reason" }, t("situation.reason")),
    reason,
    h("div", { class: "dialog-foot" }, h("button", { class: "button button-main", type: "submit" }, t("situation.send_order"))),
  );
  const dialog = openDialog(t("situation.give"), form);
}
