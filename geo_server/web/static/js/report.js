/** Report a threat: start, tap where it was seen, confirm. The place is where *it* was, never where the reporter is. */

import { postJson } from "./api.js";
import { now } from "./clock.js";
import { distance } from "./geo.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { newId } from "./ids.js";
import { isExercise, kindTitle, levelName, threatsOf, whereabouts, zoneName } from "./model.js";
import { chooseRoom, closeButton } from "./room_picker.js";
import { t } from "./strings.js";

const AGES_S = [0, 60, 300];
const RADII_M = [5, 15, 40];

/** Begin: the next tap on the map (or a room from the list) is the place. */
export function startReport(store, done) {
  const ask = (place) => {
    store.set({ mode: null });
    openConfirm(store, place, done);
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

function openConfirm(store, place, done) {
  const { state } = store;
  const id = newId();
  const fault = h("p", { class: "fault", role: "alert" });
  const form = h(
    "form",
    { class: "stack", method: "dialog", on: { submit: (event) => send(event) } },
    kindChoice(state),
    state.picture?.incident?.state === "open" ? null : drillChoice(),
    threatsOf(state).length > 0 && sameChoice(),
    chips("when", "report.when", AGES_S),
    chips("exact", "report.exact", RADII_M),
    fault,
    h(
      "div",
      { class: "dialog-foot" },
      h("button", { class: "button", type: "button", on: { click: () => dialog.close() } }, t("report.cancel")),
      h("button", { class: "button button-threat button-main", type: "submit" }, icon("threat"), sendWords(state)),
    ),
  );
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
    try {
      const answer = await postJson(`/api/sites/${state.site.slug}/sightings`, sighting(state, id, place, chosen));
      dialog.close();
      done(answer);
    } catch (refusal) {
      fill(fault, refusal.message);
      button.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
}

function sendWords(state) {
  if (state.picture?.incident?.state !== "open") return t("report.send");
  return t(isExercise(state) ? "report.send_drill" : "report.send_real");
}

function sighting(state, id, place, chosen) {
  const seen = now() - Number(chosen.get("when")) * 1000;
  const incident = state.picture?.incident;
  const open = incident?.state === "open";
  const body = {
    id,
    kind: chosen.get("kind"),
    at: place.at,
    ordinal: place.ordinal,
    radius_m: Number(chosen.get("exact")),
    seen_at: new Date(seen).toISOString(),
    exercise: open ? incident.exercise : chosen.get("drill") === "yes",
  };
  if (place.zone?.building) body.building = place.zone.building;
  if (chosen.get("same") === "yes") body.threat_id = nearestThreat(state, place).id;
  return body;
}

const nearestThreat = (state, place) =>
  [...threatsOf(state)].sort((a, b) => distance(a.at, place.at) - distance(b.at, place.at))[0];

function kindChoice(state) {
  const kind = state.picture?.incident?.state === "open" ? state.picture.incident.kind : null;
  return choices("kind", t("report.what"), state.protocols.kinds.map(({ key }) => ({ value: key, title: kindTitle(state, key) })), kind);
}

const drillChoice = () =>
  choices(
    "drill",
    t("report.drill"),
    [
      { value: "no", title: t("report.drill_no"), words: t("report.drill_no_words") },
      { value: "yes", title: t("report.drill_yes"), words: t("report.drill_yes_words") },
    ],
    null,
  );

const sameChoice = () =>
  choices(
    "same",
    t("report.same"),
    [
      { value: "yes", title: t("report.same_yes") },
      { value: "no", title: t("report.same_no") },
    ],
    "yes",
  );

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
