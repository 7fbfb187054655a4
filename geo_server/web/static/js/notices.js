/** The bands across the top: a drill says so everywhere, and what is not live says so, with its age. */

import { ago, serverIso, ticking, timeOrDay } from "./clock.js";
import { conflictBands } from "./conflicts.js";
import { fill, h } from "./dom.js";
import { fullName, incidentIsOpen, isExercise, openConflicts, saidAt, statusTitle } from "./model.js";
import { unsentOf } from "./sightings_outbox.js";
import { section } from "./section.js";
import { t } from "./strings.js";
import { unsentBands } from "./unsent.js";

export function showNotices(store, sightings) {
  const unsent = section(
    (state) => unsentOf(state).map(({ id }) => id),
    (state) => unsentBands(state, sightings),
  );
  const rest = section(
    (state) => [isExercise(state), openConflicts(state), state.picture?.late_calls, !state.connection.live && state.connection, offersNewer(state)],
    (state) => [
      isExercise(state) && exerciseBand(),
      conflictBands(state),
      (state.picture?.late_calls ?? []).map((call) => lateBand(state, call)),
      !state.connection.live && staleBand(state.connection),
      offersNewer(state) && newerBand(),
    ],
  );
  unsent.element.setAttribute("role", "alert");
  for (const { element } of [unsent, rest]) element.className = "";
  fill(document.getElementById("notices"), unsent.element, rest.element);
  store.watch(["unsent", "othersUnsent"], unsent.update);
  store.watch(["picture", "connection", "newer"], (state) => {
    document.body.classList.toggle("is-exercise", isExercise(state));
    document.body.classList.toggle("is-stale", !state.connection.live);
    rest.update(state);
  });
}

/** Not during an incident: what is shown works, and nobody wants to wait for a page then. */
const offersNewer = (state) => state.newer && !incidentIsOpen(state);

const exerciseBand = () =>
  h(
    "p",
    { class: "notice notice-exercise" },
    h("strong", {}, t("notice.exercise")),
    h("span", {}, t("notice.exercise_words")),
  );

/** For those who lead: whoever calls after the incident was closed must not call in vain. */
const lateBand = (state, call) =>
  h(
    "p",
    { class: "notice notice-conflict", role: "status" },
    h("strong", {}, t("notice.late", { room: lateRoom(state, call), status: statusTitle(call.status) }), ", ", ticking(saidAt(call), ago), "."),
    h("span", { class: "notice-rest" }, t("notice.late_words")),
  );

function lateRoom(state, { zone_id: id }) {
  const zone = state.zoneById.get(id);
  return zone ? fullName(state, zone) : t("outbox.unknown_room");
}

const staleBand = ({ asOf, why }) =>
  h(
    "p",
    { class: "notice notice-stale", role: "status" },
    h("strong", {}, t(`notice.stale_${why}`), " ", ticking(serverIso(asOf), asOfWords)),
    h("span", { class: "notice-rest" }, t("notice.stale_words")),
  );

const asOfWords = (iso) => t("notice.stale", { time: timeOrDay(iso), age: ago(iso) });

const newerBand = () =>
  h(
    "p",
    { class: "notice notice-newer", role: "status" },
    h("span", {}, t("notice.newer")),
    h("button", { class: "button", type: "button", on: { click: () => location.reload() } }, t("notice.newer_load")),
  );
