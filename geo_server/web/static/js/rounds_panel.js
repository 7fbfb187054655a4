/** Rounds: walking one, what stands at fault, where rounds lead, and those that were. */

import { dayAndTime } from "./clock.js";
import { createCheckpointsForm } from "./checkpoints_form.js";
import { h } from "./dom.js";
import { createFaultsView } from "./faults_view.js";
import { icon } from "./icons.js";
import { createRoundWalk } from "./round_walk.js";
import { ownRound, refusedSteps, stopNow, waitingSteps } from "./rounds_model.js";
import { section } from "./section.js";
import { t, tn } from "./strings.js";

const SHOWN = 10;

/** @returns {HTMLElement} */
export function createRoundsPanel(store, { rounds, loadRounds }) {
  const start = h("button", { class: "button button-main", type: "button", on: { click: () => rounds.start() } }, t("round.start"));
  const none = h("p", { class: "small" }, t("round.no_checkpoints"));
  const before = section(
    (state) => [state.rounds, state.coverage.length],
    (state) => [h("h3", {}, t("round.before")), state.rounds.length === 0 && h("p", { class: "small" }, t("round.none")), h("ul", { class: "cards" }, state.rounds.slice(0, SHOWN).map(row))],
  );
  const begin = h("section", { class: "stack" }, h("h2", {}, t("round.title")), h("p", { class: "small" }, t("round.words")), start, none);
  const rest = h("section", { class: "stack" }, createCheckpointsForm(store, loadRounds), before.element);
  const waits = section(
    (state) => [waitingSteps(state), refusedSteps(state)],
    (state) => [
      waitingSteps(state) > 0 && h("p", { class: "kept" }, icon("alert"), tn("round.waiting", waitingSteps(state))),
      refusedSteps(state).map((entry) => refused(entry, rounds)),
    ],
  );
  waits.element.setAttribute("role", "status");

  store.watch(["walking", "rounds", "coverage"], (state) => {
    const walks = ownRound(state) !== null;
    if (begin.hidden !== walks) document.querySelector(".panel-body")?.scrollTo(0, 0);
    begin.hidden = rest.hidden = walks;
    start.disabled = state.coverage.length === 0;
    none.hidden = state.coverage.length > 0;
    before.update(state);
    waits.update(state);
  });
  turnToStop(store);
  return h("div", { class: "stack" }, waits.element, begin, createRoundWalk(store, rounds), createFaultsView(store, rounds), rest);
}

/** The map follows whoever walks from one checkpoint to the next. */
function turnToStop(store) {
  let shown = null;
  store.watch(["walking", "rounds", "round", "coverage", "tab"], (state) => {
    const stop = state.tab === "rounds" && ownRound(state) ? stopNow(state) : null;
    if (stop && stop.id !== shown) store.set({ ordinal: stop.ordinal, focus: { at: stop.at } });
    shown = stop?.id ?? null;
  });
}

const row = ({ walker, started_at: at, finished_at: end, checked, faults }) =>
  h(
    "li",
    {},
    h(
      "span",
      {},
      h("strong", {}, dayAndTime(at)),
      " ",
      h("small", {}, [walker, tn("round.checked", checked), faults > 0 && tn("round.faults", faults), !end && t("round.walked_now")].filter(Boolean).join(", ")),
    ),
  );

const refused = (entry, rounds) =>
  h(
    "div",
    { class: "warning" },
    h("div", {}, h("strong", {}, t(`round.refused.${entry.what}`)), entry.content.note && h("q", {}, entry.content.note), h("p", {}, entry.why), h("button", { class: "button", type: "button", on: { click: () => rounds.drop(entry) } }, t("outbox.drop"))),
  );
