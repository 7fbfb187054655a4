/** What goes with a report: counts, the door, people by name, a note. Whichever button reports takes along what is filled in. */

import { h } from "./dom.js";
import { STATUS_ICONS, icon } from "./icons.js";
import { peopleField } from "./people_field.js";
import { t } from "./strings.js";

const STATUSES = ["ok", "help", "threat_here", "medical", "evacuating", "evacuated"];
const COUNTS = ["adults", "students", "injured", "need_assistance"];
const FLAGS = ["door_locked", "can_move"];
const PEOPLE = ["missing", "extra"];

/**
 * @param {object} store
 * @param {(status: string) => void} say Called for a button of the form.
 * @returns {{element: HTMLElement, take: () => object}} `take` hands over what is filled in and empties the counts, the flags
 *   and the note; people who were named stay, and are told again when they change. A count that is none, and a person without
 *   a name, stays where it is: the server would refuse the whole report for it.
 */
export function moreForm(store, say) {
  const fields = [...COUNTS.map(countField), ...FLAGS.map(flagField), noteField()];
  const people = PEOPLE.map((name) => ({ name, ...peopleField(store, name) }));
  const element = h(
    "details",
    { class: "more" },
    h("summary", { class: "button" }, t("me.more")),
    h(
      "div",
      { class: "stack more-body" },
      h("p", { class: "small" }, t("me.counts_words")),
      h("div", { class: "counts" }, fields.slice(0, -1).map(({ label }) => label)),
      people.map(({ element: field }) => field),
      fields.at(-1).label,
      h("div", { class: "grid-buttons" }, STATUSES.map((status) => sayButton(status, say))),
    ),
  );
  const take = () => {
    const filled = fields.filter(({ input }) => input.value.trim() !== "" && input.validity.valid);
    const taken = Object.fromEntries(filled.map(({ name, input, read }) => [name, read(input.value)]));
    for (const { input } of filled) input.value = "";
    const unnamed = people.filter(({ valid }) => !valid());
    for (const { name, take: named } of people.filter((one) => !unnamed.includes(one))) Object.assign(taken, toField(name, named()));
    element.open = unnamed.length > 0 || fields.some(({ input }) => !input.validity.valid);
    return taken;
  };
  return { element, take };
}

/** What was not said is not sent. */
const toField = (name, value) => (value === undefined ? {} : { [name]: value });

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

function flagField(name) {
  const options = [["", t("me.unsaid_flag")], ["true", t("me.yes")], ["false", t("me.no")]];
  const input = h("select", { name }, options.map(([value, words]) => h("option", { value }, words)));
  return { name, input, read: (value) => value === "true", label: h("label", {}, h("span", {}, t(`me.${name}`)), input) };
}

function noteField() {
  const input = h("textarea", { name: "note", rows: 2, maxlength: 500 });
  return { name: "note", input, read: String, label: h("label", { class: "stack" }, h("span", {}, t("me.note")), input) };
}
