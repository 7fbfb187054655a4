/** Floorplans: upload a drawing, see what was understood, place it on the ground, publish it. */

import { getJson, postForm, postJson } from "./api.js";
import { attempt } from "./ask.js";
import { fill, h } from "./dom.js";
import { placementForm } from "./placement_form.js";
import { may } from "./store.js";
import { known, t } from "./strings.js";

/** @returns {HTMLElement} */
export function createPlansPanel(store) {
  const base = `/api/sites/${store.state.site.slug}`;
  const list = h("div", { class: "stack" });
  const message = h("p", { class: "small", role: "status" });

  const load = async () => {
    const answer = await attempt(getJson(`${base}/revisions`), store);
    if (!answer) return;
    const revisions = answer.revisions.sort((a, b) => b.created_at.localeCompare(a.created_at));
    fill(list, revisions.length ? revisions.map((one) => revisionCard(store, base, one, load)) : h("p", { class: "small" }, t("plans.none")));
  };

  store.watch(["tab"], ({ tab }) => tab === "floorplans" && load());
  return h("div", { class: "stack" }, h("h2", {}, t("plans.title")), uploadForm(store, base, message, load), message, list);
}

function uploadForm(store, base, message, load) {
  const field = (name, key, props) => h("label", {}, h("span", {}, t(key)), h("input", { name, ...props }));
  const send = async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    fill(message, t("plans.reading"));
    const content = new FormData(form);
    for (const [name, value] of [...content]) if (value === "") content.delete(name);
    const answer = await attempt(postForm(`${base}/imports`, content), store);
    button.disabled = false;
    fill(message, answer && t("plans.read"));
    if (answer) form.reset();
    await load();
  };
  const buildings = h("datalist", { id: "buildings" }, store.state.site.buildings.map(({ name }) => h("option", { value: name })));
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    field("file", "plans.file", { type: "file", required: true, accept: ".dxf,.json,.geojson,.osm" }),
    field("building", "plans.building", { required: true, maxlength: 100, list: "buildings", autocomplete: "off" }),
    buildings,
    h(
      "div",
      { class: "pair" },
      field("ordinal", "plans.ordinal", { type: "number", step: 1, min: -20, max: 200 }),
      field("metres_per_unit", "plans.unit", { type: "number", step: "any", min: 0 }),
    ),
    h("button", { class: "button button-main", type: "submit" }, t("plans.send")),
  );
  return h("details", { class: "box" }, h("summary", {}, t("plans.upload")), form);
}

function revisionCard(store, base, revision, load) {
  const building = store.state.site.buildings.find(({ id }) => id === revision.building_id)?.name ?? revision.building ?? "";
  return h(
    "article",
    { class: "box revision" },
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
  const details = h("details", { on: { toggle: load } }, h("summary", {}, t("plans.findings")), list);
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
  const name = h("input", { name: "signed_by", maxlength: 100, autocomplete: "name" });
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.publish"));
  const told = h("p", { class: "small", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    const body = name.value.trim() ? { signed_by: name.value.trim() } : {};
    button.disabled = true;
    fill(told, t("plans.publishing"));
    const done = await attempt(postJson(address, body), store);
    button.disabled = false;
    fill(told);
    if (done) await load();
  };
  return h(
    "form",
    { class: "stack form", on: { submit: send } },
    h("label", {}, h("span", {}, t("plans.sign")), name),
    button,
    told,
  );
}
