/** The report of one drill: what was measured, what the last one gave, what people add, and what to take away. */

import { getJson, postJson, putJson } from "./api.js";
import { attempt } from "./ask.js";
import { clockTime, dayAndTime, duration } from "./clock.js";
import { fill, h } from "./dom.js";
import { drillForm } from "./drill_form.js";
import { choice, field } from "./fields.js";
import { newId } from "./ids.js";
import { kindTitle } from "./model.js";
import { chooseRoom } from "./room_picker.js";
import { section } from "./section.js";
import { may } from "./store.js";
import { known, t } from "./strings.js";

const TIMES = ["first_directive", "first_report", "reported_50", "reported_90", "reported_100", "first_evacuated", "last_evacuated", "all_clear"];
export const PROBLEMS = [
  "congestion",
  "alarm_not_heard",
  "unsure_what_to_do",
  "could_not_lock",
  "left_open",
  "lights_on",
  "attendance",
  "assistance",
  "map_not_reachable",
  "radio",
  "network",
  "other",
];

/**
 * @param {object} store `drill` is the id of the one to show, or null.
 * @param {string} base Address of the drills.
 * @param {() => void} close
 * @returns {HTMLElement}
 */
export function createDrillReport(store, base, close) {
  const body = h("div", { class: "stack" });
  const back = h("button", { class: "button button-back", type: "button", on: { click: close } }, t("drill.back"));
  const whole = h("section", { class: "stack drill-report", hidden: true }, back, body);
  let parts = null;
  let shown = null;

  const load = async () => {
    const id = store.state.drill;
    whole.hidden = id === null;
    if (id === null) {
      shown = null;
      return;
    }
    const report = await attempt(getJson(`${base}/${id}`), store);
    if (!report || store.state.drill !== id) return;
    if (shown !== id) {
      shown = id;
      parts = build(store, base, report, load);
      fill(body, parts.map(({ element }) => element));
    }
    for (const part of parts) part.update(report);
  };
  store.watch(["drill", "kept", "picture"], load);
  return whole;
}

function build(store, base, report, load) {
  const address = `${base}/${report.incident_id}`;
  const edits = may(store.state, "manage_incident");
  const always = (element) => ({ element, update: () => {} });
  return [
    section(({ opened_at: at, kind }) => [at, kind], (one) => head(store, one)),
    section(({ measures, previous }) => [measures, previous], times),
    section((one) => [one.measures, one.silent, one.in_need, one.staff, one.students], rooms),
    section(({ problems }) => [problems], (one) => problems(one.problems)),
    edits && always(problemForm(store, `${address}/problems`, load)),
    section(({ actions }) => [actions], (one) => actions(store, address, one.actions, load)),
    edits && always(actionForm(store, `${address}/actions`, load)),
    edits && always(drillForm(store, `${address}/form`, report, load)),
    always(
      h(
        "p",
        { class: "pair" },
        h("a", { class: "button", href: `/sites/${store.state.site.slug}/drills/${report.incident_id}`, target: "_blank", rel: "noopener" }, t("drill.print")),
        h("a", { class: "button", href: `${address}/form.csv`, download: true }, t("drill.csv")),
        h("a", { class: "button", href: `${address}/form.json`, download: true }, t("drill.json")),
      ),
    ),
  ].filter(Boolean);
}

const head = (store, { kind, opened_at: at }) => [
  h("h2", {}, t("drill.report", { kind: kindTitle(store.state, kind) })),
  h("p", { class: "small" }, h("b", { class: "tag" }, t("notice.exercise")), " ", dayAndTime(at)),
];

function times({ measures, previous }) {
  const before = previous?.measures.after_alert_s ?? {};
  return [
    h("h3", {}, t("drill.times")),
    h(
      "table",
      { class: "times" },
      h("thead", {}, h("tr", {}, h("th", {}, t("drill.alert", { time: clockTime(measures.first_alert_at, true) })), h("th", {}, t("drill.now")), h("th", {}, t("drill.before")))),
      h("tbody", {}, TIMES.map((name) => timeRow(name, measures.after_alert_s[name], before[name]))),
    ),
    h("p", { class: "small" }, previous ? t("drill.compared", { day: dayAndTime(previous.opened_at) }) : t("drill.first")),
  ];
}

const timeRow = (name, took, before) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, t(`drill.time.${name}`)),
    h("td", {}, took === null ? t(name === "first_directive" ? "drill.no_order" : "drill.not_reached") : duration(took)),
    h("td", {}, Number.isFinite(before) ? [duration(before), " ", Number.isFinite(took) && h("small", {}, changeWords(took - before))] : ""),
  );

function changeWords(difference) {
  if (Math.abs(difference) < 1) return t("drill.same");
  return t(difference < 0 ? "drill.faster" : "drill.slower", { time: duration(Math.abs(difference)) });
}

const rooms = ({ measures, silent, in_need: inNeed, staff, students }) => [
  h("h3", {}, t("drill.rooms")),
  h("p", {}, t("drill.reported", { n: measures.reported, all: measures.occupied })),
  silent.length > 0 && h("p", {}, t("drill.silent", { rooms: silent.map(({ name }) => name).join(", ") })),
  inNeed.length > 0 && h("p", {}, t("drill.in_need", { rooms: inNeed.map(({ name }) => name ?? "?").join(", ") })),
  h("p", {}, t("drill.people", { students: students ?? t("drill.not_counted"), staff: staff ?? t("drill.not_counted") })),
];

const problems = (list) => [
  h("h3", {}, t("drill.problems")),
  list.length === 0 && h("p", { class: "small" }, t("drill.no_problems")),
  h(
    "ul",
    { class: "bullets" },
    list.map(({ kind, zone, note }) => h("li", {}, [known(`drill.problem.${kind}`, kind), zone && ` (${zone})`, note && `: ${note}`])),
  ),
];

function problemForm(store, address, load) {
  let zoneId = null;
  const where = h("button", { class: "button", type: "button", on: { click: () => chooseRoom(store, take) } }, t("drill.where"));
  const take = (id) => {
    zoneId = id;
    fill(where, store.state.zoneById.get(id)?.name ?? t("drill.where"));
  };
  const form = h(
    "form",
    { class: "stack" },
    choice("kind", t("drill.problem"), PROBLEMS.map((key) => [key, t(`drill.problem.${key}`)]), PROBLEMS[0]),
    h("div", { class: "pair" }, field("note", t("drill.note"), { maxlength: 500 }), h("div", { class: "field" }, h("span", {}, t("drill.place")), where)),
    h("button", { class: "button", type: "submit" }, t("drill.add_problem")),
  );
  sendsOnce(store, form, address, load, ({ kind, note }) => ({ kind: kind.value, note: note.value.trim(), zone_id: zoneId }), () => take(null));
  return h("details", { class: "box" }, h("summary", {}, t("drill.new_problem")), form);
}

const actions = (store, address, list, load) => [
  h("h3", {}, t("drill.actions")),
  list.length === 0 && h("p", { class: "small" }, t("drill.no_actions")),
  list.map((one) => actionRow(store, address, one, load)),
];

function actionRow(store, address, { id, what, owner, due_on: due, done_at: done }, load) {
  const set = async (event) => {
    await attempt(putJson(`${address}/actions/${id}/done`, { done: event.target.checked }), store);
    await load();
  };
  const more = [owner, due && t("drill.due_on", { day: due })].filter(Boolean).join(", ");
  return h(
    "label",
    { class: "check", data: { done: String(Boolean(done)) } },
    h("input", { type: "checkbox", checked: Boolean(done), disabled: !may(store.state, "manage_incident"), on: { change: set } }),
    h("span", {}, what, " ", more && h("small", {}, more)),
  );
}

function actionForm(store, address, load) {
  const form = h(
    "form",
    { class: "stack" },
    field("what", t("drill.what"), { maxlength: 500, required: true }),
    h("div", { class: "pair" }, field("owner", t("drill.owner"), { maxlength: 120 }), field("due_on", t("drill.due"), { type: "date" })),
    h("button", { class: "button", type: "submit" }, t("drill.add_action")),
  );
  sendsOnce(store, form, address, load, ({ what, owner, due_on: due }) => ({ what: what.value.trim(), owner: owner.value.trim(), due_on: due.value || null }));
  return h("details", { class: "box" }, h("summary", {}, t("drill.new_action")), form);
}

/** Let a form send what it says under one id until it has arrived, so that a second try is not a second one. */
function sendsOnce(store, form, address, load, read, after = () => {}) {
  let id = newId();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await attempt(postJson(address, { id, ...read(form.elements) }), store))) return;
    id = newId();
    form.reset();
    after();
    await load();
  });
}
