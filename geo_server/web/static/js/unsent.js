/** A threat report that has not arrived: whoever looks at the device must know that nobody has been told. */

import { openDialog } from "./ask.js";
import { ago, ticking, timeOrDay } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isHeld, unsentOf } from "./sightings_outbox.js";
import { t } from "./strings.js";

/** In sight whatever else is shown, as long as it is so. */
export const unsentBands = (state, outbox) => unsentOf(state).map((report) => band(report, outbox, state.othersUnsent.includes(report)));

const wordsOf = (report) => (report.content.exercise ? "unsent.drill" : "unsent.words");

const band = (report, outbox, isOthers) =>
  h(
    "div",
    { class: "notice notice-unsent" },
    h("strong", {}, t("unsent.title"), " ", title(report)),
    h("span", {}, t(wordsOf(report))),
    h("button", { class: "button", type: "button", on: { click: () => showUnsent(report, outbox, isOthers) } }, t("unsent.more")),
  );

const title = ({ told, content: { client_at: at } }) => t("unsent.what", { ...told, time: timeOrDay(at) });

/** Say it so that it cannot be overlooked, and what can be done about it. What somebody else said is sent only for them, and
 * stays as long as it may be. */
export function showUnsent(report, outbox, isOthers = false) {
  const act = (run) => () => {
    dialog.close();
    run();
  };
  const button = (key, run) => h("button", { class: "button", type: "button", on: { click: act(run) } }, t(key));
  const dialog = openDialog(
    t(isOthers ? "unsent.dialog_others" : "unsent.dialog"),
    h(
      "div",
      { class: "stack unsent" },
      h("p", { class: "unsent-what" }, icon("threat"), h("strong", {}, title(report)), " ", ticking(report.content.client_at, ago)),
      h("p", { class: "unsent-words" }, t(wordsOf(report))),
      !report.content.exercise && h("a", { class: "button button-main button-threat", href: "tel:911" }, t("unsent.call")),
      h("p", {}, t(fateOf(report, isOthers))),
      h(
        "div",
        { class: "pair" },
        !isOthers && button("unsent.again", () => outbox.insist(report)),
        (!isOthers || isHeld(report)) && button("unsent.drop", () => outbox.drop(report)),
      ),
    ),
  );
}

function fateOf(report, isOthers) {
  if (isHeld(report)) return "unsent.held";
  return isOthers ? "unsent.others" : "unsent.kept";
}

/** Threat reports that arrived late: who was told to call must know that it is no longer so. */
const arrivedLate = (state) => state.unsent.filter((report) => report.state === "confirmed" && report.failed);

const lateLine = (report, outbox) =>
  h(
    "div",
    { class: "kept" },
    icon("tick"),
    h("span", {}, title(report), " ", t("unsent.arrived", { time: timeOrDay(report.confirmed_at) })),
    h("button", { class: "button", type: "button", on: { click: () => outbox.drop(report) } }, t("pick.close")),
  );

/** Threat reports that were refused later, and those that arrived late. */
export const settledLines = (state, outbox) => [
  arrivedLate(state).map((report) => lateLine(report, outbox)),
  state.unsent.filter(isRefusedLate).map((report) => refusedCard(report, outbox)),
];
export const settledTold = (state) => [arrivedLate(state), state.unsent.filter(isRefusedLate)];

/** One that is refused while its form is open is told there. */
const isRefusedLate = (report) => report.state === "refused" && Boolean(report.failed);

const refusedCard = (report, outbox) =>
  h(
    "div",
    { class: "warning" },
    h(
      "div",
      {},
      h("strong", {}, t("unsent.refused"), " ", title(report)),
      h("p", {}, report.why),
      h("button", { class: "button", type: "button", on: { click: () => outbox.drop(report) } }, t("outbox.drop")),
    ),
  );
