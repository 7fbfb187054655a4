/** Upload a drawing. Reading one can take a minute or two, on the server: the form waits for what becomes of it. */

import { postForm } from "./api.js";
import { duration, now, secondsSince, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { choice, clearFaults, field, formFault, namedField, showFault } from "./fields.js";
import { whyNot } from "./import_list.js";
import { known, t } from "./strings.js";

const LOWEST = -50;
const HIGHEST = 200;

/**
 * @param {object} store
 * @param {string} base Address of the site.
 * @param {(id: string) => Promise<object>} follow Waits for the end of an import.
 * @param {(answer: object) => Promise<void>} done Gets the new draft with its findings.
 * @returns {{element: HTMLElement, knowRevisions: (revisions: object[]) => void}}
 */
export function uploadForm(store, base, follow, done) {
  let revisions = [];
  const work = h("div", { class: "work", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    button.disabled = true;
    fill(work, ticking(new Date(now()).toISOString(), (iso) => t("plans.reading", { age: duration(secondsSince(iso)) })));
    try {
      const { import: sent } = await postForm(`${base}/imports`, filledIn(form));
      const answer = await follow(sent.id);
      if (answer.revision) {
        form.reset();
        fill(work, t("plans.read"));
        await done(answer);
      } else {
        fill(work);
        showFault(form, inputOf(form, answer.import.problem?.where ?? null), whyNot(answer.import));
      }
    } catch (fault) {
      fill(work);
      showFault(form, inputOf(form, fault.where), fault.message);
    }
    button.disabled = false;
  };
  const onto = h("div", {});
  /** What is kept is asked only where there is something to keep. */
  const offerOnto = () => {
    const own = revisions.filter(({ building }) => building === form.elements.building.value.trim());
    const asked = own.length > 0 && !form.elements.whole_building.checked;
    const before = form.elements.onto?.value ?? "";
    fill(onto, asked && choice("onto", t("plans.onto"), [["", t("plans.onto_latest")], ...own.map(revisionOption)], before));
  };
  const levels = h("div", {}, levelFields([]));
  /** Of several files each shows a level of its own. One file for another keeps what was typed. */
  const offerLevels = () => {
    const names = [...form.elements.file.files].map(({ name }) => name);
    if (names.length > 1 || !form.elements.level_name) fill(levels, levelFields(names));
  };
  const offer = (event) => {
    if (!event || event.target.name === "file") offerLevels();
    offerOnto();
  };
  const buildings = h("datalist", { id: "buildings" });
  store.watch(["site"], ({ site }) => fill(buildings, site.buildings.map(({ name }) => h("option", { value: name }))));
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.send"));
  const form = h(
    "form",
    { class: "stack form", on: { submit: send, input: offer, reset: () => queueMicrotask(() => offer()) } },
    field("file", t("plans.file"), { type: "file", required: true, multiple: true, accept: ".dxf,.dwg,.ifc,.zip,.imdf,.geojson,.json,.osm,.xml" }),
    field("building", t("plans.building"), { required: true, maxlength: 100, list: "buildings", autocomplete: "off" }),
    buildings,
    levels,
    field("metres_per_unit", t("plans.unit"), { type: "number", step: "any", min: 0 }),
    h("p", { class: "small" }, t("plans.optional_words")),
    h(
      "label",
      { class: "tick" },
      h("input", { type: "checkbox", name: "whole_building", value: "true" }),
      h("span", {}, t("plans.whole"), h("small", {}, t("plans.whole_words"))),
    ),
    onto,
    formFault(),
    button,
    work,
  );
  return {
    element: h("details", { class: "box" }, h("summary", {}, t("plans.upload")), form),
    knowRevisions(all) {
      revisions = all;
      offerOnto();
    },
  };
}

const ordinalField = (words) => field("ordinal", words, { type: "number", step: 1, min: LOWEST, max: HIGHEST });

const levelFields = (names) =>
  names.length > 1
    ? h("div", { class: "stack" }, names.map((name) => ordinalField(t("plans.ordinal_of", { name }))))
    : h("div", { class: "pair" }, ordinalField(t("plans.ordinal")), field("level_name", t("plans.level_name"), { maxlength: 100, autocomplete: "off" }));

const revisionOption = ({ id, number, state, source_name: source }) => [
  id,
  t("plans.onto_option", { number, state: known(`plans.state.${state}`, state), source }),
];

/** What was filled in: an empty field means that the server is to find it out. */
function filledIn(form) {
  const content = new FormData(form);
  for (const [name, value] of [...content]) if (value === "") content.delete(name);
  return content;
}

/** The field that a refusal is about: it names the field, or the file that was sent. */
function inputOf(form, where) {
  const { file } = form.elements;
  if ([...file.files].some(({ name }) => name === where)) return file;
  return namedField(form, where);
}
