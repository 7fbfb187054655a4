/** Find a room or a door of the revision under review by typing: what is tapped on the map, for those who use a keyboard. */

import { fill, h } from "./dom.js";
import { byName, zoneName } from "./model.js";
import { betweenWords, openingTitle } from "./opening_form.js";
import { isDraft, levelOf } from "./review_model.js";
import { t } from "./strings.js";

const SHOWN = 12;

/**
 * @param {object} store
 * @param {(id: string, kind: "zone"|"opening") => void} take
 * @returns {HTMLElement}
 */
export function reviewSearch(store, take) {
  const list = h("ul", { class: "choices" });
  const search = h("input", { type: "search", id: "review-search", autocomplete: "off", placeholder: t("review.search") });
  const show = () => {
    const { review } = store.state;
    const words = search.value.toLocaleLowerCase().trim().split(/\s+/).filter(Boolean);
    const found = review && words.length > 0 ? things(review).filter(({ text }) => words.every((word) => text.includes(word))) : [];
    fill(list, found.slice(0, SHOWN).map((thing) => h("li", {}, choice(thing, take))), words.length > 0 && found.length === 0 && h("li", { class: "small" }, t("rooms.none")));
  };
  search.addEventListener("input", show);
  const place = h("div", { class: "review-search" }, h("label", { class: "unseen", for: "review-search" }, t("review.search")), search, list);
  store.watch(["review"], ({ review }) => {
    place.hidden = !review || !isDraft(review);
    show();
  });
  return place;
}

/** Everything that can be corrected, rooms first. */
function things(review) {
  const zones = [...review.zones.values()].sort(byName).map((zone) => ({ kind: "zone", item: zone, title: zoneName(zone), more: "" }));
  const openings = [...review.openings.values()].map((opening) => {
    const { one, other } = betweenWords(review, opening);
    return { kind: "opening", item: opening, title: openingTitle(opening), more: t("review.between", { one, other }) };
  });
  return [...zones, ...openings].map((thing) => {
    const level = levelOf(review, thing.item.ordinal).name;
    return { ...thing, level, text: `${thing.title} ${thing.more} ${level}`.toLocaleLowerCase() };
  });
}

const choice = ({ kind, item, title, more, level }, take) =>
  h(
    "button",
    { class: "choice", type: "button", on: { click: () => take(item.id, kind) } },
    h("strong", {}, title),
    h("small", {}, [more, level].filter(Boolean).join(", ")),
  );
