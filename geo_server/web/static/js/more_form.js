/** What goes with a report: counts and a note. Whichever button reports takes along what is filled in. */

import { h } from "./dom.js";
import { STATUS_ICONS, icon } from "./icons.js";
import { t } from "./strings.js";

const STATUSES = ["ok", "help", "threat_here", "medical", "evacuating", "evacuated"];
const COUNTS = ["adults", "students", "injured"];

/**
 * @param {(status: string) => void} say Called for a button of the form.
 * @returns {{element: HTMLElement, take: () => object}} `take` hands over what is filled in and empties those fields. A
 *   count that is none stays where it is: the server would refuse the whole report for it.
 */
export function moreForm(say) {
  const fields = [...COUNTS.map(countField), noteField()];
  const element = h(
    "details",
    { class: "more" },
    h("summary", { class: "button" }, t("me.more")),
    h(
      "div",
      { class: "stack more-body" },
      h("p", { class: "small" }, t("me.counts_words")),
      h("div", { class: "counts" }, fields.slice(0, COUNTS.length).map(({ label }) => label)),
      fields.at(-1).label,
      h("div", { class: "grid-buttons" }, STATUSES.map((status) => sayButton(status, say))),
    ),
  );
  const take = () => {
    const filled = fields.filter(({ input }) => input.value.trim() !== "" && input.validity.valid);
    const taken = Object.fromEntries(filled.map(({ name, input, read }) => [name, read(input.value)]));
    for (const { input } of filled) input.value = "";
    element.open = fields.some(({ input }) => !input.validity.valid);
    return taken;
  };
  return { element, take };
}

export const sayButton = (status, say) =>
  h(
    "button",
    { class: "button say", type: "button", data: { status }, on: { click: () => say(status) } },
    icon(STATUS_ICONS[status]),
    t(`say.${status}`),
  );

function countField(name) {
  const input = h("input", { type: "number", min: 0, max: 9999, inputmode: "numeric", name });
  return { name, input, read: Number, label: h("label", {}, h("span", {}, t(`me.${name}`)), input) };
}

function noteField() {
  const input = h("textarea", { name: "note", rows: 2, maxlength: 500 });
  return { name: "note", input, read: String, label: h("label", { class: "stack" }, h("span", {}, t("me.note")), input) };
}
