/** Open an incident that has no place: somebody is ill, a storm is coming, the police have called. */

import { postJson } from "./api.js";
import { openDialog } from "./ask.js";
import { fill, h } from "./dom.js";
import { choices, drillChoice } from "./report.js";
import { may } from "./store.js";
import { t } from "./strings.js";

/** For those who may. */
export const openingButton = (store) =>
  may(store.state, "manage_incident") &&
  h("button", { class: "button", type: "button", on: { click: () => openIncident(store) } }, t("incident.open"));

function openIncident(store) {
  const { state } = store;
  const fault = h("p", { class: "fault", role: "alert" });
  const submit = h("button", { class: "button button-threat button-main", type: "submit" }, t("incident.send"));
  const renew = () => {
    const drill = new FormData(form).get("drill");
    fill(submit, t(drill === null ? "incident.send" : drill === "yes" ? "incident.send_drill" : "incident.send_real"));
  };
  const send = async (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    submit.disabled = true;
    fill(fault);
    try {
      await postJson(`/api/sites/${state.site.slug}/incidents`, { kind: chosen.get("kind"), exercise: chosen.get("drill") === "yes" });
      dialog.close();
    } catch (refusal) {
      fill(fault, refusal.message);
      submit.disabled = false;
    }
  };
  const form = h(
    "form",
    { class: "stack", on: { submit: send, change: renew } },
    h("p", { class: "small" }, t("incident.words")),
    choices("kind", t("report.what"), state.protocols.kinds.map(({ key, title }) => ({ value: key, title })), null),
    drillChoice(state),
    fault,
    h("div", { class: "dialog-foot" }, submit),
  );
  const dialog = openDialog(t("incident.open"), form);
}
