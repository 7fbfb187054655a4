/** Take a sighting back, for a reason. It is kept; the threat goes to where the sightings that hold put it, or away. */

import { postJson } from "./api.js";
import { openDialog } from "./ask.js";
import { ago, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { threatPlace } from "./model.js";
import { choices } from "./report.js";
import { may } from "./store.js";
import { t } from "./strings.js";

/** When it was seen, as the server counts it: never later than it arrived. */
const seenAt = ({ seen_at, received_at }) => (received_at && received_at < seen_at ? received_at : seen_at);

/** The sightings of a threat that hold, the last one first: that is where the threat stands. */
const holding = (state, threat) =>
  state.sightings
    .filter((sighting) => sighting.threat_id === threat.id && !sighting.retracted)
    .sort((a, b) => seenAt(b).localeCompare(seenAt(a)) || (b.received_at ?? "").localeCompare(a.received_at ?? ""));

/** Those of them that this person may take back: their own, and of whoever gives directives anybody's. */
const retractable = (state, threat) =>
  holding(state, threat).filter((sighting) => sighting.own || may(state, "give_directives"));

export const mayRetract = (state, threat) => retractable(state, threat).length > 0;

/** Ask which sighting of a threat is wrong, and why; say first what will come of it. */
export function openRetraction(store, threat) {
  const { state } = store;
  const open = retractable(state, threat);
  const effect = h("p", { role: "status" });
  const reason = h("input", { type: "text", id: "retract-reason", name: "reason", required: true, maxlength: 300, autocomplete: "off" });
  const fault = h("p", { class: "fault", role: "alert" });
  const button = h("button", { class: "button button-main", type: "submit" }, t("retract.send"));
  const chosen = () => new FormData(form).get("sighting");
  const tell = () => fill(effect, chosen() && whatComes(state, threat, chosen()));
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(fault);
    try {
      const path = `/api/sites/${state.site.slug}/sightings/${chosen()}/retraction`;
      const { plan } = await postJson(path, { reason: reason.value });
      dialog.close();
      store.set({ fault: plan === "failed" ? t("report.no_plan") : null });
    } catch (refusal) {
      fill(fault, refusal.message);
      button.disabled = false;
    }
  };
  const form = h(
    "form",
    { class: "stack", on: { submit: send, change: tell } },
    choices("sighting", t("retract.which"), open.map((sighting) => option(state, threat, sighting)), open.length === 1 ? open[0].id : null),
    effect,
    h("label", { for: "retract-reason" }, t("retract.reason")),
    reason,
    h("p", { class: "small" }, t("retract.kept")),
    fault,
    h("div", { class: "dialog-foot" }, button),
  );
  tell();
  const dialog = openDialog(t("retract.title"), form);
}

const option = (state, threat, sighting) => ({
  value: sighting.id,
  title: placeOf(state, threat, sighting),
  words: [ticking(seenAt(sighting), ago), sighting.own && `, ${t("retract.own")}`],
});

/** Where a sighting put its threat: the picture knows the zone only of where the threat stands. */
const placeOf = (state, threat, sighting) =>
  threatPlace(state, holding(state, threat)[0]?.id === sighting.id ? threat : sighting);

function whatComes(state, threat, id) {
  const [last, ...others] = holding(state, threat);
  const next = last.id === id ? others[0] : last;
  if (!next) return t("retract.only");
  const place = placeOf(state, threat, next);
  if (next === last) return t("retract.stays", { place });
  return ticking(seenAt(next), (iso) => t("retract.back", { place, age: ago(iso) }));
}
