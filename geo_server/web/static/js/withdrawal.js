/** Take an order back, and those that were taken back. */

import { postJson } from "./api.js";
import { openDialog } from "./ask.js";
import { clockTime } from "./clock.js";
import { fill, h } from "./dom.js";
import { newId } from "./ids.js";
import { fullName, incidentIsOpen, toDo } from "./model.js";
import { may } from "./store.js";
import { t } from "./strings.js";

/** For those who give orders. */
export const withdrawButton = (store, state, order) =>
  incidentIsOpen(state) &&
  may(state, "give_directives") &&
  h(
    "button",
    { class: "button", type: "button", "aria-label": t("withdraw.start_for", { title: order.title, scope: scopeOf(state, order) }), on: { click: () => openWithdrawal(store, order) } },
    t("withdraw.start"),
  );

export function scopeOf(state, order) {
  const zone = state.zoneById.get(order.zone_id);
  return zone ? t("card.for_room", { room: fullName(state, zone) }) : t("card.for_site");
}

function openWithdrawal(store, order) {
  const { state } = store;
  const id = newId();
  const reason = h("input", { type: "text", id: "withdraw-reason", name: "reason", required: true, maxlength: 300, autocomplete: "off" });
  const fault = h("p", { class: "fault", role: "alert" });
  const button = h("button", { class: "button button-main", type: "submit" }, t("withdraw.send"));
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(fault);
    try {
      await postJson(`/api/sites/${state.site.slug}/directives/${order.id}/withdrawal`, { id, reason: reason.value });
      dialog.close();
    } catch (refusal) {
      fill(fault, refusal.message);
      button.disabled = false;
    }
  };
  const form = h(
    "form",
    { class: "stack", on: { submit: send } },
    h("p", {}, h("strong", {}, order.title), " ", scopeOf(state, order)),
    h("p", {}, whatComes(state, order)),
    h("label", { for: "withdraw-reason" }, t("withdraw.reason")),
    reason,
    h("p", { class: "small" }, t("withdraw.kept")),
    fault,
    h("div", { class: "dialog-foot" }, button),
  );
  const dialog = openDialog(t("withdraw.title"), form);
}

/** What holds where the order did, once it is gone. */
function whatComes(state, order) {
  const directives = state.picture.directives.filter(({ id }) => id !== order.id);
  const next = toDo({ ...state, guidance: null, mine: order.zone_id, picture: { ...state.picture, directives } });
  return t(directives.some(({ id }) => id === next?.id) ? "withdraw.then_order" : "withdraw.then_protocol", { title: next?.title });
}

/** Orders that were taken back, the last first. */
export function withdrawn(state) {
  const list = state.picture?.withdrawals ?? [];
  if (list.length === 0) return null;
  return [
    h("h4", {}, t("withdraw.history")),
    h(
      "ul",
      { class: "plain-list small" },
      list.map(({ order, at, by, reason }) =>
        h(
          "li",
          {},
          `${order.title}, ${scopeOf(state, order)}: `,
          t("withdraw.line", { given: clockTime(order.given_at), at: clockTime(at), who: by ?? t("withdraw.somebody") }),
          reason && [" ", h("q", {}, reason)],
        ),
      ),
    ),
  ];
}
