/** Correct a zone: what it is called and for, where it ends, and what it is joined to above. */

import { correctionButton, correctionForm } from "./correction_form.js";
import { h } from "./dom.js";
import { choice, field } from "./fields.js";
import { zoneName } from "./model.js";
import { levelOf, percentOf, zonesAbove } from "./review_model.js";
import { startMerge, startSplit } from "./sketching.js";
import { t } from "./strings.js";

const CATEGORIES = [
  "room",
  "corridor",
  "stairs",
  "elevator",
  "ramp",
  "restroom",
  "assembly",
  "shelter",
  "service",
  "outdoor",
  "unspecified",
];
const WAYS = ["stairs", "ramp", "elevator"];

export function zoneForm(store, reviewing, zone) {
  const { review } = store.state;
  const unpick = () => store.set({ picked: null });
  const action = (words, run) => h("button", { class: "button", type: "button", on: { click: run } }, words);
  return [
    h("h3", {}, zoneName(zone)),
    h("p", { class: "small" }, t("edit.zone_size", { level: levelOf(review, zone.ordinal).name, area: zone.area_m2.toFixed(0) })),
    zone.confidence != null && sureOf(zone),
    review.lacking.has(zone.id) && h("p", { class: "small lacking" }, t("review.no_way_out")),
    aboutForm(reviewing, zone),
    h(
      "div",
      { class: "grid-buttons" },
      action(t("edit.merge"), () => startMerge(store, zone)),
      action(t("edit.split"), () => startSplit(store, zone)),
      correctionButton(reviewing, t("edit.remove_zone"), "remove_zone", { zone_id: zone.id }, unpick),
    ),
    joinedTo(reviewing, review, zone),
    joinForm(reviewing, review, zone),
  ];
}

/** How sure the outline is, and why. */
const sureOf = (zone) =>
  h(
    "details",
    { class: "sure" },
    h("summary", { class: "small" }, t("edit.sure", { percent: percentOf(zone) })),
    h("ul", {}, zone.confidence_reasons.map(({ words }) => h("li", { class: "small" }, words))),
  );

function aboutForm(reviewing, zone) {
  const lockable = zone.lockable === null ? "" : String(zone.lockable);
  const say = (form) => {
    const said = {};
    if (form.name.value.trim() !== zone.name) said.name = form.name.value.trim();
    if (form.alias.value.trim() !== (zone.alias ?? "")) said.alias = form.alias.value.trim();
    if (form.category.value !== zone.category) said.category = form.category.value;
    if (form.lockable.value !== lockable) said.lockable = form.lockable.value === "true";
    if (form.capacity.value !== "" && Number(form.capacity.value) !== zone.capacity) said.capacity = Number(form.capacity.value);
    return Object.keys(said).length > 0 ? { zone_id: zone.id, ...said } : null;
  };
  return correctionForm(
    reviewing,
    { submit: t("edit.save"), kind: "change_zone", say },
    h(
      "div",
      { class: "pair" },
      field("name", t("edit.name"), { value: zone.name, maxlength: 100, required: true, autocomplete: "off" }),
      field("alias", t("edit.alias"), { value: zone.alias ?? "", maxlength: 100, autocomplete: "off" }),
    ),
    choice("category", t("edit.category"), CATEGORIES.map((key) => [key, t(`category.${key}`)]), zone.category),
    h(
      "div",
      { class: "pair" },
      choice("lockable", t("edit.lockable"), [...(lockable ? [] : [["", t("edit.unknown")]]), ...yesNo()], lockable),
      field("capacity", t("edit.capacity"), { type: "number", min: 0, step: 1, value: zone.capacity ?? "", required: zone.capacity !== null }),
    ),
  );
}

export const yesNo = () => [
  ["true", t("edit.yes")],
  ["false", t("edit.no")],
];

/** Ways to other levels that begin or end in the zone. */
function joinedTo(reviewing, review, zone) {
  return review.transitions
    .filter((way) => way.zones.includes(zone.id))
    .map((way) => {
      const other = review.zones.get(way.zones.find((id) => id !== zone.id));
      const words = t("edit.joined", {
        way: t(`category.${way.category}`),
        zone: zoneName(other),
        level: levelOf(review, other.ordinal).name,
      });
      return h("div", { class: "joined" }, h("span", {}, words), correctionButton(reviewing, t("edit.remove_way"), "remove_transition", { transition_id: way.id }));
    });
}

function joinForm(reviewing, review, zone) {
  const above = zonesAbove(review, zone);
  if (above.length === 0) return null;
  const options = above.map((other) => [other.id, `${zoneName(other)}, ${levelOf(review, other.ordinal).name}`]);
  const form = correctionForm(
    reviewing,
    { submit: t("edit.do_join"), kind: "add_transition", say: sayJoin(zone) },
    choice("zone_ids", t("edit.above"), options, options[0][0]),
    h(
      "div",
      { class: "pair" },
      choice("category", t("edit.by"), WAYS.map((key) => [key, t(`category.${key}`)]), WAYS.includes(zone.category) ? zone.category : WAYS[0]),
      field("length_m", t("edit.length"), { type: "number", step: "any", min: 0 }),
    ),
  );
  return h("details", { class: "join" }, h("summary", {}, t("edit.join")), form);
}

const sayJoin = (zone) => (form) => ({
  zone_ids: [zone.id, form.zone_ids.value],
  category: form.category.value,
  ...(form.length_m.value === "" ? {} : { length_m: Number(form.length_m.value) }),
});

/** The form of a neighbour that was tapped to become part of a zone. */
export function mergeForm(store, reviewing, { zoneIds }) {
  const [kept, gone] = zoneIds.map((id) => store.state.review.zones.get(id));
  const drop = () => store.set({ sketch: null });
  const words = { kept: zoneName(kept), gone: zoneName(gone) };
  return [
    h("h3", {}, t("edit.merge_title", words)),
    h("p", { class: "small" }, t("edit.merge_words", words)),
    correctionForm(reviewing, { submit: t("edit.do_merge"), kind: "merge_zones", say: () => ({ zone_ids: zoneIds }), done: drop }),
    h("button", { class: "button", type: "button", on: { click: drop } }, t("edit.drop")),
  ];
}
