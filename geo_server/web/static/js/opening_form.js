/** Correct a door, or say what a newly drawn one is. */

import { correctionButton, correctionForm } from "./correction_form.js";
import { h } from "./dom.js";
import { choice, field } from "./fields.js";
import { distance } from "./geo.js";
import { zoneName } from "./model.js";
import { levelOf } from "./review_model.js";
import { startDoor } from "./sketching.js";
import { t } from "./strings.js";
import { yesNo } from "./zone_form.js";

const CATEGORIES = ["door", "gap", "emergency_exit"];

export function openingForm(store, reviewing, opening) {
  const { review } = store.state;
  const say = (form) => {
    const said = {};
    if (form.category.value !== opening.category) said.category = form.category.value;
    if (form.exit.value !== String(opening.exit)) said.exit = form.exit.value === "true";
    if (form.number.value.trim() !== (opening.number ?? "")) said.number = form.number.value.trim();
    return Object.keys(said).length > 0 ? { opening_id: opening.id, ...said } : null;
  };
  return [
    h("h3", {}, openingTitle(opening)),
    h("p", { class: "small" }, t("edit.opening_between", betweenWords(review, opening))),
    correctionForm(reviewing, { submit: t("edit.save"), kind: "change_opening", say }, openingFields(opening, yesNo(), String(opening.exit))),
    correctionButton(reviewing, t("edit.remove_opening"), "remove_opening", { opening_id: opening.id }, () => store.set({ picked: null })),
  ];
}

/** What it is in one word, with its number where it has one. */
export const openingTitle = ({ category, exit, number }) =>
  [t(exit && category === "door" ? "category.exit" : `category.${category}`), number].filter(Boolean).join(" ");

export function betweenWords(review, { zones, width_m: width }) {
  const [one, other] = zones.map((id) => (review.zones.has(id) ? zoneName(review.zones.get(id)) : t("edit.outside")));
  return { one, other, width: width === null ? "?" : width.toFixed(2) };
}

/** The form of a door that was drawn and is not in the draft yet. */
export function newDoorForm(store, reviewing, { points, ordinal }) {
  const drop = () => store.set({ sketch: null });
  const say = (form) => ({
    level_id: levelOf(store.state.review, ordinal).id,
    line: points.map(store.state.review.toDrawing),
    category: form.category.value,
    ...(form.exit.value === "" ? {} : { exit: form.exit.value === "true" }),
    ...(form.number.value.trim() === "" ? {} : { number: form.number.value.trim() }),
  });
  const sides = [["", t("edit.exit_if_outside")], ...yesNo()];
  return [
    h("h3", {}, t("edit.new_door")),
    h("p", { class: "small" }, t("edit.width", { metres: distance(points[0], points[1]).toFixed(2) })),
    correctionForm(reviewing, { submit: t("edit.add_door"), kind: "add_opening", say, done: drop }, openingFields({ category: "door", number: null }, sides, "")),
    h(
      "div",
      { class: "pair" },
      h("button", { class: "button", type: "button", on: { click: () => startDoor(store) } }, t("edit.again")),
      h("button", { class: "button", type: "button", on: { click: drop } }, t("edit.drop")),
    ),
  ];
}

const openingFields = ({ category, number }, exits, exit) => [
  choice("category", t("edit.opening_kind"), CATEGORIES.map((key) => [key, t(`category.${key}`)]), category),
  h(
    "div",
    { class: "pair" },
    choice("exit", t("edit.exit"), exits, exit),
    field("number", t("edit.number"), { value: number ?? "", maxlength: 20, autocomplete: "off" }),
  ),
];

/** The form of a line that divides a zone. */
export function newSplitForm(store, reviewing, { points, zoneId }) {
  const zone = store.state.review.zones.get(zoneId);
  const drop = () => store.set({ sketch: null });
  const say = (form) => ({ zone_id: zoneId, line: points.map(store.state.review.toDrawing), name: form.name.value.trim(), passable: form.passable.value === "true" });
  return [
    h("h3", {}, t("edit.split_title", { zone: zoneName(zone) })),
    correctionForm(
      reviewing,
      { submit: t("edit.do_split"), kind: "split_zone", say, done: drop },
      field("name", t("edit.split_name"), { required: true, maxlength: 100, autocomplete: "off" }),
      choice("passable", t("edit.passable"), yesNo().reverse(), "false"),
    ),
    h("button", { class: "button", type: "button", on: { click: drop } }, t("edit.drop")),
  ];
}
