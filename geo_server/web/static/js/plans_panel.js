/** Floorplans: upload a drawing, place it on the ground, review and publish it, stand for what is published. */

import { getJson, postJson } from "./api.js";
import { attempt, openChoice } from "./ask.js";
import { h, syncList } from "./dom.js";
import { createImportList } from "./import_list.js";
import { placementForm } from "./placement_form.js";
import { createReviewPanel } from "./review_panel.js";
import { createReviewing } from "./reviewing.js";
import { signOffPanel } from "./sign_off_panel.js";
import { known, t } from "./strings.js";
import { uploadForm } from "./upload_form.js";

/** @returns {HTMLElement} */
export function createPlansPanel(store) {
  const base = `/api/sites/${store.state.site.slug}`;
  const reviewing = createReviewing(store, base);
  const list = h("div", { class: "stack" });
  const none = h("p", { class: "small", hidden: true }, t("plans.none"));

  const load = async () => {
    const answer = await attempt(getJson(`${base}/revisions`), store);
    if (!answer) return;
    const revisions = answer.revisions.filter(({ state }) => state !== "discarded").sort((a, b) => b.created_at.localeCompare(a.created_at));
    upload.knowRevisions(revisions);
    none.hidden = revisions.length > 0;
    syncList(list, revisions, keyOf, (one) => revisionCard(store, `${base}/revisions/${one.id}`, one, { load, review }), () => {});
  };
  const review = (one) => attempt(reviewing.open(one.id, one.building), store);
  const close = async () => {
    reviewing.close();
    store.set({ focus: { whole: true } });
    await load();
  };
  const openCopy = async (id) => {
    await reviewing.open(id, store.state.review.building);
    await load();
  };
  /** Lead to the new draft. */
  const showDraft = async ({ revision }) => {
    await load();
    list.querySelector(`[data-revision="${revision.id}"]`).scrollIntoView({ block: "start" });
  };
  const imports = createImportList(store, base, load);
  const upload = uploadForm(store, base, imports.follow, showDraft);

  const codes = h("a", { class: "button", href: `/sites/${store.state.site.slug}/zone-codes`, target: "_blank", rel: "noopener" }, t("plans.codes"));
  const all = h("div", { class: "stack" }, h("h2", {}, t("plans.title")), upload.element, imports.element, signOffPanel(store, base), codes, none, list);
  const one = createReviewPanel(store, reviewing, { close, openCopy });
  let opened = null;
  store.watch(["review"], ({ review: reviewed }) => {
    all.hidden = reviewed !== null;
    one.hidden = reviewed === null;
    const id = reviewed?.revision.id ?? null;
    if (id && id !== opened) one.scrollIntoView({ block: "start" });
    opened = id;
  });
  store.watch(["tab"], ({ tab }) => tab === "floorplans" && Promise.all([load(), imports.load()]));
  return h("div", {}, one, all);
}

/** A card is made anew when its revision has changed; else it is kept, with what somebody has typed into it. */
const keyOf = ({ id, state, placed, residuals_m: residuals }) => JSON.stringify([id, state, placed, residuals]);

function revisionCard(store, address, revision, { load, review }) {
  const { building, number, state, placed, source_name: source, residuals_m: residuals } = revision;
  const open = async () => {
    button.disabled = true;
    await review(revision);
    button.disabled = false;
  };
  const button = h("button", { class: "button", type: "button", on: { click: open } }, t("plans.review"));
  return h(
    "article",
    { class: "box revision", data: { revision: revision.id } },
    h("h3", {}, t("plans.revision", { building, number })),
    h(
      "p",
      { class: "tags" },
      h("span", { class: "tag", data: { state } }, known(`plans.state.${state}`, state)),
      h("span", { class: "tag" }, t(placed ? "plans.placed" : "plans.not_placed")),
      h("small", {}, source),
    ),
    residuals?.length > 0 && h("p", { class: "small" }, t("plans.residual", { metres: Math.max(...residuals).toFixed(2) })),
    button,
    state === "draft" && placementForm(store, `${address}/placement`, load),
    state === "draft" && discarding(store, address, revision, load),
  );
}

/** Put a draft aside that nobody wants, once somebody has said so twice. */
function discarding(store, address, { building, number }, load) {
  const discard = async (sure) => {
    if (sure && (await attempt(postJson(`${address}/discard`, {}), store))) await load();
  };
  const ask = () =>
    openChoice(t("plans.discard_sure", { building, number }), [
      { value: true, title: t("plans.discard_yes") },
      { value: false, title: t("plans.discard_no") },
    ], discard);
  return h("button", { class: "button", type: "button", on: { click: ask } }, t("plans.discard"));
}
