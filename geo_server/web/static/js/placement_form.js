/** Place a drawing: spots named twice, as drawn and on the ground. The card says how far off the worst one lands. */

import { postJson } from "./api.js";
import { attempt } from "./ask.js";
import { h } from "./dom.js";
import { t } from "./strings.js";

const AXES = ["x_m", "y_m", "lon", "lat"];
const AT_FIRST = 3;

export function placementForm(store, address, load) {
  const rows = h("div", { class: "points" });
  const add = () => rows.append(pointRow(rows.children.length + 1));
  for (let n = 0; n < AT_FIRST; n += 1) add();

  const send = async (event) => {
    event.preventDefault();
    if (await attempt(postJson(address, { control_points: readPoints(rows) }), store)) await load();
  };
  return h(
    "details",
    {},
    h("summary", {}, t("plans.place")),
    h(
      "form",
      { class: "stack form", on: { submit: send } },
      h("p", { class: "small" }, t("plans.place_words")),
      rows,
      h(
        "div",
        { class: "pair" },
        h("button", { class: "button", type: "button", on: { click: add } }, t("plans.add_point")),
        h("button", { class: "button button-main", type: "submit" }, t("plans.do_place")),
      ),
    ),
  );
}

const pointRow = (n) =>
  h(
    "fieldset",
    { class: "point" },
    h("legend", {}, t("plans.point", { n })),
    AXES.map((axis) => h("label", {}, h("span", {}, axis), h("input", { type: "number", step: "any", name: axis, required: n <= 2 }))),
  );

/** The rows that are filled in whole. */
function readPoints(rows) {
  return [...rows.children]
    .map((row) => Object.fromEntries(AXES.map((axis) => [axis, row.querySelector(`[name=${axis}]`).value])))
    .filter((point) => AXES.every((axis) => point[axis] !== ""))
    .map((point) => Object.fromEntries(AXES.map((axis) => [axis, Number(point[axis])])));
}
