/** The bands across the top: a drill says so everywhere, and what is not live says so, with its age. */

import { ago, clockTime, serverIso, ticking } from "./clock.js";
import { conflictBands } from "./conflicts.js";
import { fill, h } from "./dom.js";
import { isExercise } from "./model.js";
import { t } from "./strings.js";

export function showNotices(store) {
  const place = document.getElementById("notices");
  store.watch(["picture", "connection"], (state) => {
    document.body.classList.toggle("is-exercise", isExercise(state));
    document.body.classList.toggle("is-stale", !state.connection.live);
    fill(place, isExercise(state) && exerciseBand(), conflictBands(state), !state.connection.live && staleBand(state.connection));
  });
}

const exerciseBand = () =>
  h(
    "p",
    { class: "notice notice-exercise" },
    h("strong", {}, t("notice.exercise")),
    h("span", {}, t("notice.exercise_words")),
  );

const staleBand = ({ asOf, why }) =>
  h(
    "p",
    { class: "notice notice-stale", role: "status" },
    h("strong", {}, t(`notice.stale_${why}`), " ", t("notice.stale", { time: clockTime(serverIso(asOf), true) }), ", ", ticking(serverIso(asOf), ago), "."),
    h("span", { class: "notice-rest" }, t("notice.stale_words")),
  );
