/** Floorplans: upload a drawing, see what was understood, place it on the ground, publish it. */

import { getJson, postJson } from "./api.js";
import { attempt } from "./ask.js";
import { loadSite } from "./data.js";
import { fill, h, syncList } from "./dom.js";
import { clearFaults, field, formFault, showFault } from "./fields.js";
import { placementForm } from "./placement_form.js";
import { may } from "./store.js";
import { known, t } from "./strings.js";
import { uploadForm } from "./upload_form.js";

/** @returns {HTMLElement} */
export function createPlansPanel(store) {
  const base = `/api/sites/${store.state.site.slug}`;
  const list = h("div", { class: "stack" });
  const none = h("p", { class: "small", hidden: true }, t("plans.none"));

  const load = async () => {
    const answer = await attempt(getJson(`${base}/revisions`), store);
    if (!answer) return;
    const revisions = answer.revisions.sort((a, b) => b.created_at.localeCompare(a.created_at));
    none.hidden = revisions.length > 0;
    syncList(list, revisions, keyOf, (one) => revisionCard(store, base, one, load), () => {});
  };
  /** Lead to the new draft, with what was noticed open before its reader. */
  const showDraft = async ({ revision }) => {
    await load();
    const card = list.querySelector(`[data-revision="${revision.id}"]`);
    card.querySelector(".noticed").open = true;
    card.scrollIntoView({ block: "start" });
  };

  store.watch(["tab"], ({ tab }) => tab === "floorplans" && load());
  return h("div", { class: "stack" }, h("h2", {}, t("plans.title")), uploadForm(store, base, showDraft), none, list);
}

/** A card is made anew when its revision has changed; else it is kept, with what somebody has typed into it. */
const keyOf = ({ id, state, placed, residuals_m: residuals }) => JSON.stringify([id, state, placed, residuals]);

function revisionCard(store, base, revision, load) {
  const building = store.state.site.buildings.find(({ id }) => id === revision.building_id)?.name ?? revision.building ?? "";
  return h(
    "article",
    { class: "box revision", data: { revision: revision.id } },
    h("h3", {}, t("plans.revision", { building, number: revision.number })),
    h(
      "p",
      { class: "tags" },
      h("span", { class: "tag", data: { state: revision.state } }, known(`plans.state.${revision.state}`, revision.state)),
      h("span", { class: "tag" }, t(revision.placed ? "plans.placed" : "plans.not_placed")),
      h("small", {}, revision.source_name),
    ),
    revision.residuals_m?.length > 0 && h("p", { class: "small" }, t("plans.residual", { metres: Math.max(...revision.residuals_m).toFixed(2) })),
    findingsOf(store, `${base}/revisions/${revision.id}`),
    revision.state === "draft" && may(store.state, "edit_floorplans") && placementForm(store, `${base}/revisions/${revision.id}/placement`, load),
    revision.state === "draft" && may(store.state, "publish_floorplans") && publishForm(store, `${base}/revisions/${revision.id}/publish`, load),
  );
}

/** What the intake noticed, asked for when somebody wants to see it: there can be hundreds. */
function findingsOf(store, address) {
  const list = h("div", {});
  const load = async () => {
    if (!details.open || list.firstChild) return;
    const answer = await attempt(getJson(address), store);
    if (answer) fill(list, findingList(answer.findings));
  };
  const details = h("details", { class: "noticed", on: { toggle: load } }, h("summary", {}, t("plans.findings")), list);
  return details;
}

function findingList(findings) {
  if (!findings.length) return h("p", { class: "small" }, t("plans.no_findings"));
  return h(
    "ul",
    { class: "findings" },
    findings.map((finding) =>
      h(
        "li",
        { data: { severity: finding.severity } },
        h("b", {}, known(`plans.severity.${finding.severity}`, finding.severity)),
        h("span", {}, [finding.message, finding.advice].filter(Boolean).join(" ")),
        h("small", {}, [finding.layer, finding.handle].filter(Boolean).join(", ")),
      ),
    ),
  );
}

function publishForm(store, address, load) {
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.publish"));
  const told = h("p", { class: "small", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    const name = form.elements.signed_by.value.trim();
    button.disabled = true;
    fill(told, t("plans.publishing"));
    try {
      await postJson(address, name ? { signed_by: name } : {});
      await loadSite(store, store.state.site.slug);
      store.set({ focus: { whole: true } });
      await load();
    } catch (fault) {
      showFault(form, null, fault.message);
    }
    button.disabled = false;
    fill(told);
  };
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    field("signed_by", t("plans.sign"), { maxlength: 100, autocomplete: "name" }),
    formFault(),
    button,
    told,
  );
  return form;
}
