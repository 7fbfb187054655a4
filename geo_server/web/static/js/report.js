/** Report a threat: start, tap where it was seen, confirm. The place is where *it* was, never where the reporter is. */

import { ago, now, ticking } from "./clock.js";
import { distance } from "./geo.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { incidentIsOpen, incidentOf, isExercise, kindTitle, levelName, threatPlace, threatsOf, whereabouts, zoneName } from "./model.js";
import { chooseRoom, closeButton } from "./room_picker.js";
import { section } from "./section.js";
import { t } from "./strings.js";
import { showUnsent } from "./unsent.js";

const AGES_S = [0, 60, 300];
const RADII_M = [5, 15, 40];

/**
 * Begin: the next tap on the map (or a room from the list) is the place.
 * @param {(report: object) => void} done Called with the report once it has arrived.
 */
export function startReport(store, outbox, done) {
  const ask = (place) => {
    store.set({ mode: null });
    openConfirm(store, outbox, place, done);
  };
  store.set({
    mode: {
      name: "threat",
      hint: t("report.hint"),
      onPlace: ({ at, zoneId }) => ask({ at, ordinal: store.state.ordinal, zone: store.state.zoneById.get(zoneId) }),
      byList: () =>
        chooseRoom(store, (zoneId) => {
          const zone = store.state.zoneById.get(zoneId);
          ask({ at: zone.at, ordinal: zone.ordinal, zone });
        }),
    },
  });
}

function openConfirm(store, outbox, place, done) {
  const { state } = store;
  const fault = h("p", { class: "fault", role: "alert" });
  const same = section(
    ({ one }) => one.map(({ id: known }) => known),
    ({ one }) => one.length > 0 && sameChoice(state, one),
  );
  const sendWords = h("span", {});
  const renew = () => {
    const chosen = new FormData(form);
    same.update({ one: sameKind(state, place, chosen) });
    fill(sendWords, t(SEND_WORDS[drillSaid(state, chosen)]));
  };
  const form = h(
    "form",
    { class: "stack", method: "dialog", on: { submit: (event) => send(event), change: renew } },
    kindChoice(state),
    !inEarnest(state) && drillChoice(state),
    same.element,
    chips("when", "report.when", AGES_S),
    chips("exact", "report.exact", RADII_M),
    fault,
    h(
      "div",
      { class: "dialog-foot" },
      h("button", { class: "button", type: "button", on: { click: () => dialog.close() } }, t("report.cancel")),
      h("button", { class: "button button-threat button-main", type: "submit" }, icon("threat"), sendWords),
    ),
  );
  renew();
  const name = place.zone
    ? t("threat.place", { zone: zoneName(place.zone), level: whereabouts(state, place.zone) })
    : levelName(state, place.ordinal);
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "report-title", on: { close: () => dialog.remove() } },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "report-title" }, t("report.title", { place: name })),
      closeButton(() => dialog.close()),
    ),
    form,
  );

  async function send(event) {
    event.preventDefault();
    const chosen = new FormData(form);
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    fill(fault);
    const said = sighting(state, place, chosen);
    const report = await outbox.report(said, { kind: kindTitle(state, said.kind), place: name });
    if (report.state === "refused") {
      outbox.drop(report);
      fill(fault, report.why);
      button.disabled = false;
      return;
    }
    dialog.close();
    if (report.state === "confirmed") done(report);
    else showUnsent(report, outbox);
  }

  document.body.append(dialog);
  dialog.showModal();
}

/** Whether something real is open: nobody need be asked then, and no drill can be added to it. */
const inEarnest = (state) => incidentIsOpen(state) && !isExercise(state);

const SEND_WORDS = { no: "report.send_real", yes: "report.send_drill", null: "report.send" };

/** Whether it is a drill: `yes`, `no`, or null as long as that is not said. */
const drillSaid = (state, chosen) => (inEarnest(state) ? "no" : chosen.get("drill"));

function sighting(state, place, chosen) {
  const seen = now() - Number(chosen.get("when")) * 1000;
  const body = {
    kind: chosen.get("kind"),
    at: place.at,
    ordinal: place.ordinal,
    radius_m: Number(chosen.get("exact")),
    seen_at: new Date(seen).toISOString(),
    exercise: drillSaid(state, chosen) === "yes",
  };
  if (place.zone?.building) body.building = place.zone.building;
  if (chosen.get("same")) body.threat_id = chosen.get("same");
  return body;
}

/**
 * Threats that what was seen may be, the nearest first: those of its kind. What is real is none of a drill, and what had its
 * all-clear is over.
 */
function sameKind(state, place, chosen) {
  if (!incidentIsOpen(state) || (isExercise(state) && chosen.get("drill") !== "yes")) return [];
  return threatsOf(state)
    .filter(({ kind }) => kind === chosen.get("kind"))
    .sort((a, b) => distance(a.at, place.at) - distance(b.at, place.at));
}

function kindChoice(state) {
  const kind = incidentIsOpen(state) ? incidentOf(state).kind : null;
  return choices("kind", t("report.what"), state.protocols.kinds.map(({ key }) => ({ value: key, title: kindTitle(state, key) })), kind);
}

/** Whether it is real: nothing is chosen beforehand. */
export const drillChoice = (state) =>
  choices(
    "drill",
    t("report.drill"),
    [
      { value: "no", title: t("report.drill_no"), words: t(incidentIsOpen(state) ? "report.drill_no_ends" : "report.drill_no_words") },
      { value: "yes", title: t("report.drill_yes"), words: t("report.drill_yes_words") },
    ],
    null,
  );

const sameChoice = (state, threats) =>
  choices(
    "same",
    t("report.same"),
    [
      ...threats.map((threat) => ({ value: threat.id, title: seenAt(state, threat), words: t("report.same_moved") })),
      { value: "", title: t("report.same_other") },
    ],
    null,
  );

function seenAt(state, threat) {
  const place = threatPlace(state, threat);
  return ticking(threat.seen_at, (iso) => t("report.same_one", { place, age: ago(iso) }));
}

const chips = (name, key, values) =>
  choices(
    name,
    t(key),
    values.map((value) => ({ value, title: t(`${key}_${value}`) })),
    values[0],
  );

/** Radio buttons that look like buttons. Without `chosen` a choice must be made. */
export function choices(name, title, options, chosen) {
  return h(
    "fieldset",
    { class: "choice-set", data: { name } },
    h("legend", {}, title),
    options.map((option) =>
      h(
        "label",
        { class: "pill" },
        h("input", { type: "radio", name, value: option.value, required: true, checked: option.value === chosen }),
        h("span", {}, h("b", {}, option.title), option.words && h("small", {}, option.words)),
      ),
    ),
  );
}
