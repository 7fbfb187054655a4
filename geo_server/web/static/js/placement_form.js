/** Place a drawing: spots named twice, as drawn and on the ground. The card says how far off the worst one lands. */

import { postJson } from "./api.js";
import { h } from "./dom.js";
import { clearFaults, field, formFault, showFault } from "./fields.js";
import { icon } from "./icons.js";
import { t } from "./strings.js";

const AXES = ["x_m", "y_m", "lon", "lat"];
const BOUNDS = { lon: { min: -180, max: 180 }, lat: { min: -85, max: 85 } };
const AT_FIRST = 3;
const NEEDED = 2;

export function placementForm(store, address, load) {
  const rows = h("div", { class: "points" });
  const add = () => rows.append(pointRow(store, rows.children.length + 1));
  for (let n = 0; n < AT_FIRST; n += 1) add();
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.do_place"));

  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    button.disabled = true;
    const filled = [...rows.children].filter((row) => AXES.every((axis) => inputOf(row, axis).value !== ""));
    try {
      await postJson(address, { control_points: filled.map(pointOf) });
      await load();
    } catch (fault) {
      const [, index, axis] = fault.where?.match(/control_points\.(\d+)\.(\w+)/) ?? [];
      showFault(form, axis ? inputOf(filled[index], axis) : null, fault.message);
    }
    button.disabled = false;
  };
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    h("p", { class: "small" }, t("plans.place_words")),
    rows,
    formFault(),
    h("div", { class: "pair" }, h("button", { class: "button", type: "button", on: { click: add } }, t("plans.add_point")), button),
  );
  return h("details", { class: "place" }, h("summary", {}, t("plans.place")), form);
}

function pointRow(store, n) {
  const axisField = (axis) =>
    field(axis, t(`plans.axis.${axis}`), { type: "number", step: "any", required: n <= NEEDED, inputmode: "decimal", ...BOUNDS[axis] });
  const take = ({ at: [lon, lat] }) => {
    store.set({ mode: null });
    inputOf(row, "lon").value = lon.toFixed(7);
    inputOf(row, "lat").value = lat.toFixed(7);
  };
  const pick = () => store.set({ mode: { name: "point", hint: t("plans.pick_hint", { n }), onPlace: take } });
  const row = h(
    "fieldset",
    { class: "point" },
    h("legend", {}, t(n <= NEEDED ? "plans.point" : "plans.point_optional", { n })),
    AXES.map(axisField),
    h("button", { class: "button", type: "button", on: { click: pick } }, icon("pin"), t("plans.pick")),
  );
  return row;
}

const inputOf = (row, axis) => row.querySelector(`[name=${axis}]`);
const pointOf = (row) => Object.fromEntries(AXES.map((axis) => [axis, Number(inputOf(row, axis).value)]));
