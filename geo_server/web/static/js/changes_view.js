/** What a draft would change in what is published, in words. */

import { fill, h } from "./dom.js";
import { openingTitle } from "./opening_form.js";
import { isDraft, placeOf } from "./review_model.js";
import { known, t, tn } from "./strings.js";

/**
 * A folded list that is asked for when it is opened, and again when the draft was corrected meanwhile.
 * @param {object} store
 * @param {object} reviewing
 * @param {(place: object) => void} show Turns the map to a place.
 */
export function changesView(store, reviewing, show) {
  const list = h("div", {});
  let seen = null;
  const load = async () => {
    const { review } = store.state;
    if (!details.open || !review || review === seen) return undefined;
    seen = review;
    const words = review.isFirst ? t("differ.all_new") : review.revision.placed ? null : t("differ.place_first");
    if (words) return fill(list, h("p", { class: "small" }, words));
    try {
      const differences = await reviewing.differences();
      return store.state.review === review && fill(list, groups(review, differences, show));
    } catch (fault) {
      seen = null;
      return fill(list, h("p", { class: "field-fault" }, fault.message));
    }
  };
  const details = h("details", { class: "changes", on: { toggle: load } }, h("summary", {}, t("differ.title")), list);
  store.watch(["review"], ({ review }) => {
    if (review && review.revision.id !== seen?.revision.id) details.open = isDraft(review);
    load();
  });
  return details;
}

function groups(review, { added, removed, changed, unchanged }, show) {
  const told = [
    [t("differ.added"), added, () => []],
    [t("differ.removed"), removed, () => []],
    [t("differ.changed"), changed, ({ fields }) => Object.entries(fields).map(([name, values]) => fieldWords(name, values))],
  ].filter(([, things]) => things.length > 0);
  return [
    told.length === 0 && h("p", { class: "small" }, t("differ.none")),
    told.map(([title, things, more]) => [h("h4", {}, `${title} (${things.length})`), h("ul", { class: "choices" }, things.map((thing) => row(review, thing, more(thing), show)))]),
    h("p", { class: "small" }, tn("differ.unchanged", unchanged)),
  ];
}

function row(review, thing, more, show) {
  const words = [h("strong", {}, thingWords(thing)), more.length > 0 && h("small", {}, more.join("; "))];
  const place = placeOf(review, thing.id);
  if (!place?.at) return h("li", { class: "choice" }, words);
  const go = () => show({ ...place, picked: { kind: thing.feature_type, id: thing.id } });
  return h("li", {}, h("button", { class: "choice", type: "button", on: { click: go } }, words));
}

function thingWords({ feature_type: type, category, name, number, exit = Boolean(number) }) {
  if (type === "zone") return t("differ.zone", { name, category: t(`category.${category}`) });
  return type === "opening" ? openingTitle({ category, exit, number }) : t(`category.${category}`);
}

/** One field that changed: before and after, as people say it. */
function fieldWords(name, [before, after]) {
  if (name === "zones") return t("differ.field_zones");
  if (name === "moved_m") return t("differ.field_moved_m", { after });
  const values = { before: valueWords(name, before), after: valueWords(name, after) };
  return t(`differ.field_${name}`, values);
}

function valueWords(name, value) {
  if (value === null) return t("differ.nothing");
  if (typeof value === "boolean") return t(value ? "edit.yes" : "edit.no");
  return name === "category" ? known(`category.${value}`, value) : String(value);
}
