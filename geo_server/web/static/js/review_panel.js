/** The review of a revision: what to look at, what is picked on the map and can be corrected, and publishing. */

import { attempt } from "./ask.js";
import { changesView } from "./changes_view.js";
import { h } from "./dom.js";
import { findingList } from "./finding_list.js";
import { icon } from "./icons.js";
import { byName, zoneName } from "./model.js";
import { newDoorForm, newSplitForm, openingForm } from "./opening_form.js";
import { publishForm } from "./publish_form.js";
import { isDraft, levelOf, percentOf, pickedOf, placeOf, unsureOf } from "./review_model.js";
import { reviewSearch } from "./review_search.js";
import { section } from "./section.js";
import { dropHalfDone, startDoor } from "./sketching.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";
import { mergeForm, zoneForm } from "./zone_form.js";

const SKETCH_FORMS = { door: newDoorForm, split: newSplitForm, merge: mergeForm };

/**
 * @param {object} store
 * @param {object} reviewing
 * @param {{close: () => void, openCopy: (id: string) => Promise<void>}} ways Out of the review, and on to a copy.
 */
export function createReviewPanel(store, reviewing, { close, openCopy }) {
  const show = ({ at, ordinal, picked = null }) =>
    store.set({ ...(ordinal === null ? {} : { ordinal }), focus: { at, ordinal }, picked });
  const when = (told, build) => section((state) => (state.review ? told(state) : null), (state) => (state.review ? build(state) : null));

  const head = when(({ review }) => review.revision, ({ review }) => headOf(store, review, close));
  const tools = when(({ review }) => [review.revision.id, review.revision.state, review.revision.placed], ({ review }) => toolsOf(store, reviewing, review, openCopy));
  const form = when(toldByForm, (state) => correctionOf(store, reviewing, state));
  const lacking = when(({ review }) => [review.revision.id, [...review.lacking], lackingOf(review)], ({ review }) => lackingList(review, show));
  const unsure = when(({ review }) => [review.revision.id, unsureOf(review)], ({ review }) => unsureList(review, show));
  const findings = when(({ review }) => review.findings, ({ review }) => noticed(review, show));
  const publish = when(
    ({ review }) => [review.revision.id, review.revision.state, review.revision.placed, review.lacking.size],
    ({ review }) =>
      isDraft(review) && review.revision.placed && may(store.state, "publish_floorplans")
        ? publishForm(store, reviewing, review.lacking.size, reviewing.reload)
        : null,
  );
  const sections = [head, tools, form, lacking, unsure, findings, publish];
  store.watch(["review", "picked", "sketch"], (state) => {
    for (const one of sections) one.update(state);
  });
  store.watch(["picked", "sketch"], ({ picked, sketch }) => (picked ?? sketch) && form.element.scrollIntoView({ block: "start" }));
  dropHalfDone(store);
  const changes = changesView(store, reviewing, show);
  const search = reviewSearch(store, (id, kind) => {
    show({ ...placeOf(store.state.review, id), picked: { kind, id } });
    form.element.querySelector("input, select")?.focus();
  });
  const parts = [lacking, unsure, findings].map(({ element }) => element);
  return h("div", { class: "stack review" }, head.element, tools.element, search, form.element, parts, changes, publish.element);
}

function headOf(store, { revision, building }, close) {
  return [
    h("button", { class: "button button-back", type: "button", on: { click: close } }, icon("back"), t("review.back")),
    h("h2", {}, t(`review.band.${revision.state}`, { building, number: revision.number })),
    !revision.placed && h("p", { class: "small lacking" }, t("review.place_first")),
    revision.state === "draft" && h("p", { class: "small" }, t("review.tap")),
  ];
}

function toolsOf(store, reviewing, review, openCopy) {
  const told = h("p", { class: "small", role: "status" });
  const button = (words, run) => h("button", { class: "button", type: "button", on: { click: run } }, words);
  const undo = async () => {
    const kind = await attempt(reviewing.undo(), store);
    told.textContent = kind ? t("review.undone", { what: t(`review.kind_${kind}`) }) : "";
  };
  const copy = async () => {
    const draft = await attempt(reviewing.copy(), store);
    if (draft) await openCopy(draft.id);
  };
  if (!isDraft(review)) return [h("p", { class: "small" }, t("review.copy_words")), button(t("review.copy"), copy)];
  const drawing = button(t("edit.draw_door"), () => startDoor(store));
  return [h("div", { class: "pair" }, drawing, button(t("review.undo"), undo)), told];
}

/** The form stays, with what was typed into it, until what it is about has changed. */
function toldByForm(state) {
  if (state.sketch) return [state.review.revision.id, state.sketch, canCorrect(state)];
  const picked = pickedOf(state);
  if (!picked) return null;
  const joined = state.review.transitions.filter(({ zones }) => zones.includes(picked.item.id)).map(({ id }) => id);
  return [picked, joined, state.review.lacking.has(picked.item.id), canCorrect(state)];
}

const canCorrect = ({ review }) => isDraft(review);

function correctionOf(store, reviewing, state) {
  if (!canCorrect(state)) return null;
  const { sketch } = state;
  if (sketch) return sketch.kind === "merge" || sketch.points.length > 1 ? h("div", { class: "box stack" }, SKETCH_FORMS[sketch.kind](store, reviewing, sketch)) : null;
  const picked = pickedOf(state);
  if (!picked) return null;
  const make = picked.kind === "zone" ? zoneForm : openingForm;
  return h("div", { class: "box stack" }, make(store, reviewing, picked.item));
}

const lackingOf = (review) => [...review.lacking].map((id) => zoneName(review.zones.get(id)));

function lackingList(review, show) {
  const zones = [...review.lacking].map((id) => review.zones.get(id)).sort(byName);
  if (zones.length === 0) return h("p", { class: "small" }, t("review.all_lead_out"));
  const rows = zones.map((zone) => choiceOf(review, zone, levelOf(review, zone.ordinal).name, show));
  return h(
    "details",
    { class: "lacking-list", open: true },
    h("summary", { class: "lacking" }, tn("review.lacking", rows.length)),
    h("ul", { class: "choices" }, rows),
  );
}

/** A zone in a list; where it is on the ground, it leads to its form and its place. */
function choiceOf(review, zone, told, show) {
  const go = () => show({ ...placeOf(review, zone.id), picked: { kind: "zone", id: zone.id } });
  const words = [h("strong", {}, zoneName(zone)), h("small", {}, told)];
  return h("li", {}, h("button", { class: "choice", type: "button", on: { click: go } }, words));
}

/** Zones whose outlines are to be compared with the drawing, and only those: the least sure first. */
function unsureList(review, show) {
  const zones = unsureOf(review);
  if (zones.length === 0) return null;
  const told = (zone) => t("review.sure", { level: levelOf(review, zone.ordinal).name, percent: percentOf(zone) });
  return h(
    "details",
    { class: "unsure-list", open: isDraft(review) },
    h("summary", {}, tn("review.unsure", zones.length)),
    h("ul", { class: "choices" }, zones.map((zone) => choiceOf(review, zone, told(zone), show))),
  );
}

const noticed = (review, show) =>
  h(
    "details",
    { class: "noticed", open: isDraft(review) },
    h("summary", {}, t("review.findings", { n: review.findings.length })),
    findingList(review.findings, show),
  );
