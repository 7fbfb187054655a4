/** Upload a drawing. Reading one can take a minute or two: the form says that it is at work, and for how long. */

import { postForm } from "./api.js";
import { duration, now, secondsSince, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { clearFaults, field, formFault, showFault } from "./fields.js";
import { t } from "./strings.js";

/**
 * @param {object} store
 * @param {string} base Address of the site.
 * @param {(answer: object) => Promise<void>} done Gets the new draft with its findings.
 */
export function uploadForm(store, base, done) {
  const work = h("div", { class: "work", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    button.disabled = true;
    fill(work, h("progress", {}), ticking(new Date(now()).toISOString(), (iso) => t("plans.reading", { age: duration(secondsSince(iso)) })));
    try {
      const answer = await postForm(`${base}/imports`, filledIn(form));
      form.reset();
      fill(work, t("plans.read"));
      await done(answer);
    } catch (fault) {
      fill(work);
      showFault(form, inputOf(form, fault.where), fault.message);
    }
    button.disabled = false;
  };
  const buildings = h("datalist", { id: "buildings" }, store.state.site.buildings.map(({ name }) => h("option", { value: name })));
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.send"));
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    field("file", t("plans.file"), { type: "file", required: true, accept: ".dxf,.json,.geojson,.osm" }),
    field("building", t("plans.building"), { required: true, maxlength: 100, list: "buildings", autocomplete: "off" }),
    buildings,
    h(
      "div",
      { class: "pair" },
      field("ordinal", t("plans.ordinal"), { type: "number", step: 1, min: -20, max: 200 }),
      field("metres_per_unit", t("plans.unit"), { type: "number", step: "any", min: 0 }),
    ),
    h("p", { class: "small" }, t("plans.optional_words")),
    formFault(),
    button,
    work,
  );
  return h("details", { class: "box" }, h("summary", {}, t("plans.upload")), form);
}

/** What was filled in: an empty field means that the server is to find it out. */
function filledIn(form) {
  const content = new FormData(form);
  for (const [name, value] of [...content]) if (value === "") content.delete(name);
  return content;
}

/** The field that a refusal is about: it names the field, or the file that was sent. */
function inputOf(form, where) {
  const { file } = form.elements;
  if (!where || where === file.files[0]?.name) return where ? file : null;
  const input = form.elements.namedItem(where.split(".").at(-1));
  return input instanceof HTMLInputElement ? input : null;
}
