/** What no measurement can tell of a drill: the rest of the state's form. */

import { patchJson } from "./api.js";
import { attempt } from "./ask.js";
import { fill, h } from "./dom.js";
import { choice, field } from "./fields.js";
import { t } from "./strings.js";

const TYPES = ["fire", "lockdown", "modified_lockdown", "shelter", "earthquake", "medical", "lahar", "weather", "other"];
const SITUATIONS = ["class", "passing", "lunch", "recess", "assembly", "before_school", "after_school"];
const PARTICIPANTS = ["administrators", "teachers", "students", "police", "fire", "ems"];

/** @returns {HTMLElement} */
export function drillForm(store, address, report, load) {
  const { form: filled } = report;
  const told = h("p", { class: "small", role: "status" });
  const either = (name, words) => choice(name, words, [["", t("drill.unsaid")], ["yes", t("drill.yes")], ["no", t("drill.no")]], yesNo(filled[name]));
  const count = (name, words) => field(name, words, { type: "number", min: 0, max: 10000, value: filled[name] ?? "", placeholder: report[name] ?? "" });
  const form = h(
    "form",
    { class: "stack form", on: { submit: (event) => send(event) } },
    h(
      "div",
      { class: "pair" },
      choice("drill_type", t("drill.type"), TYPES.map((key) => [key, t(`drill.type.${key}`)]), report.drill_type),
      choice("situation", t("drill.situation"), [["", t("drill.unsaid")], ...SITUATIONS.map((key) => [key, t(`drill.situation.${key}`)])], filled.situation ?? ""),
      either("announced", t("drill.announced")),
      either("mapping_system_used", t("drill.mapping_system_used")),
      count("students", t("drill.students")),
      count("staff", t("drill.staff")),
      field("weather", t("drill.weather"), { maxlength: 120, value: filled.weather }),
      field("alert_method", t("drill.alert_method"), { maxlength: 120, value: filled.alert_method }),
    ),
    h(
      "fieldset",
      {},
      h("legend", {}, t("drill.participants")),
      PARTICIPANTS.map((key) =>
        h("label", { class: "check" }, h("input", { type: "checkbox", name: "participants", value: key, checked: filled.participants.includes(key) }), h("span", {}, t(`drill.participant.${key}`))),
      ),
    ),
    field("incident_roles", t("drill.roles"), { maxlength: 500, value: filled.incident_roles }),
    field("remarks", t("drill.remarks"), { maxlength: 500, value: filled.remarks }),
    h("button", { class: "button button-main", type: "submit" }, t("drill.save")),
    told,
  );

  async function send(event) {
    event.preventDefault();
    fill(told);
    if (!(await attempt(patchJson(address, read(form)), store))) return;
    fill(told, t("drill.saved"));
    await load();
  }

  return h("details", { class: "box" }, h("summary", {}, t("drill.form")), form);
}

const yesNo = (value) => (value === null ? "" : value ? "yes" : "no");
const fromYesNo = (value) => (value === "" ? null : value === "yes");
const number = (value) => (value === "" ? null : Number(value));

function read(form) {
  const one = (name) => form.elements.namedItem(name).value.trim();
  return {
    drill_type: one("drill_type"),
    situation: one("situation") || null,
    announced: fromYesNo(one("announced")),
    mapping_system_used: fromYesNo(one("mapping_system_used")),
    students: number(one("students")),
    staff: number(one("staff")),
    weather: one("weather"),
    alert_method: one("alert_method"),
    participants: new FormData(form).getAll("participants"),
    incident_roles: one("incident_roles"),
    remarks: one("remarks"),
  };
}
