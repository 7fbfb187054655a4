/** A round as it is walked: the next checkpoint with two buttons, then all of them. */

import { ago, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { whereabouts } from "./model.js";
import { ownRound, stopNow, stopsOf, undoneStops } from "./rounds_model.js";
import { section } from "./section.js";
import { t, tn } from "./strings.js";

const KINDS = ["stuck", "blocked", "locked_out", "propped", "lock_broken", "damaged", "other"];
/** For so long after a checkpoint the buttons take no tap: the second of a double tap would be said of the next one. */
const PAUSE_MS = 500;
const WATCHED = ["walking", "rounds", "round", "coverage", "checkpoint", "site"];

/** @returns {HTMLElement} */
export function createRoundWalk(store, outbox) {
  const note = h("input", { type: "text", maxlength: 500, autocomplete: "off", placeholder: t("round.note"), "aria-label": t("round.note") });
  const place = h("div", { class: "stop-now", role: "status" });
  const well = h("button", { class: "big-button", type: "button", data: { status: "ok" }, on: { click: () => say(null) } }, icon("tick"), t("round.well"));
  const wrong = h("button", { class: "big-button", type: "button", data: { status: "help" }, "aria-expanded": "false", on: { click: () => open(kinds.hidden) } }, icon("alert"), t("round.wrong"));
  const kinds = h(
    "div",
    { class: "grid-buttons", hidden: true, role: "group", "aria-label": t("round.what") },
    KINDS.map((kind) => h("button", { class: "button say", type: "button", data: { kind }, on: { click: () => say(kind) } }, t(`fault.${kind}`))),
  );
  const now = h("div", { class: "stack stop-card" }, place, h("div", { class: "actions-row" }, well, wrong), kinds, note);
  const open = (shown) => {
    kinds.hidden = !shown;
    wrong.setAttribute("aria-expanded", String(shown));
    if (shown) kinds.scrollIntoView({ block: "nearest" });
  };
  const say = (fault) => {
    const stop = stopNow(store.state);
    const said = { ...(fault && { fault }), ...(note.value.trim() && { note: note.value.trim() }) };
    note.value = "";
    open(false);
    outbox.check(ownRound(store.state), stop.id, said);
    store.set({ checkpoint: null });
    now.scrollIntoView({ block: "nearest" });
    for (const button of [well, wrong]) button.disabled = true;
    setTimeout(() => [well, wrong].forEach((button) => (button.disabled = false)), PAUSE_MS);
  };
  const finish = h("button", { class: "button", type: "button", on: { click: () => outbox.finish(ownRound(store.state)) } });
  const list = section(
    (state) => [stopsOf(state), stopNow(state)?.id],
    (state) => h("ul", { class: "stops" }, ordered(state).map((stop) => row(store, state, stop))),
  );
  const element = h("section", { class: "stack" }, now, finish, list.element);

  store.watch(WATCHED, (state) => {
    element.hidden = ownRound(state) === null;
    if (element.hidden) return;
    const [stop, left, all] = [stopNow(state), undoneStops(state).length, state.coverage.length];
    now.hidden = stop === null;
    fill(place, stop && stopWords(state, stop, all - left, all));
    fill(finish, left === 0 ? t("round.finish") : tn("round.finish_early", left));
    finish.classList.toggle("button-main", left === 0);
    list.update(state);
  });
  return element;
}

function stopWords(state, stop, done, all) {
  return [
    h("p", { class: "small" }, t("round.done", { n: done, all })),
    h("h3", {}, stop.name),
    h(
      "p",
      { class: "small" },
      whereabouts(state, stop),
      stop.last_checked_at && [", ", ticking(stop.last_checked_at, (iso) => t("round.last", { age: ago(iso) }))],
      stop.faults.map((kind) => [", ", h("b", { class: "closed" }, t(`fault.${kind}`))]),
    ),
  ];
}

/** What is still to do, the nearest first; then what is done. */
const ordered = (state) => [...undoneStops(state), ...stopsOf(state).filter(({ check }) => check)];

function row(store, state, stop) {
  const choose = () => store.set({ checkpoint: stop.id, ordinal: stop.ordinal, focus: { at: stop.at } });
  const found = stop.found ?? "undone";
  const words = stop.check?.fault ? t(`fault.${stop.check.fault}`) : t(`round.found.${found}`);
  return h(
    "li",
    { data: { found } },
    h(
      "button",
      { class: "choice", type: "button", "aria-current": stop.id === stopNow(state)?.id && "step", on: { click: choose } },
      h("span", { class: "stop-mark" }, found !== "undone" && icon(found === "fault" ? "alert" : "tick")),
      h("span", {}, h("strong", {}, stop.name), " ", h("small", {}, whereabouts(state, stop))),
      h("small", {}, words, stop.check && !stop.check.arrived && ` (${t("round.waits")})`),
    ),
  );
}
