/** A threat report that has not arrived: whoever made it must know that nobody has been told. */

import { openDialog } from "./ask.js";
import { ago, ticking, timeOrDay } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isHeld, isUnsent } from "./sightings_outbox.js";
import { t } from "./strings.js";

/** In sight whatever else is shown, as long as it is so. */
export const unsentBands = (state, outbox) => state.unsent.filter(isUnsent).map((report) => band(report, outbox));

const wordsOf = (report) => (report.content.exercise ? "unsent.drill" : "unsent.words");

const band = (report, outbox) =>
  h(
    "div",
    { class: "notice notice-unsent" },
    h("strong", {}, t("unsent.title"), " ", title(report)),
    h("span", {}, t(wordsOf(report))),
    h("button", { class: "button", type: "button", on: { click: () => showUnsent(report, outbox) } }, t("unsent.more")),
  );

const title = ({ told, content: { client_at: at } }) => t("unsent.what", { ...told, time: timeOrDay(at) });

/** Say it so that it cannot be overlooked, and what can be done about it. */
export function showUnsent(report, outbox) {
  const act = (run) => () => {
    dialog.close();
    run();
  };
  const button = (key, run) => h("button", { class: "button", type: "button", on: { click: act(run) } }, t(key));
  const dialog = openDialog(
    t("unsent.dialog"),
    h(
      "div",
      { class: "stack unsent" },
      h("p", { class: "unsent-what" }, icon("threat"), h("strong", {}, title(report)), " ", ticking(report.content.client_at, ago)),
      h("p", { class: "unsent-words" }, t(wordsOf(report))),
      !report.content.exercise && h("a", { class: "button button-main button-threat", href: "tel:911" }, t("unsent.call")),
      h("p", {}, t(isHeld(report) ? "unsent.held" : "unsent.kept")),
      h(
        "div",
        { class: "pair" },
        button("unsent.again", () => outbox.insist(report)),
        button("unsent.drop", () => outbox.drop(report)),
      ),
    ),
  );
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
