/** Naming people: who is missing from a group, or who is with it and belongs elsewhere. */

import { now } from "./clock.js";
import { h } from "./dom.js";
import { incidentOf, zoneName } from "./model.js";
import { chooseRoom, closeButton } from "./room_picker.js";
import { t } from "./strings.js";

const MOST = 60;

/**
 * People are those of one room in one incident: whoever goes on to another begins anew.
 * @param {object} store
 * @param {"missing"|"extra"} name
 * @returns {{element: HTMLElement, valid: () => boolean, take: () => object[]|undefined}} `take` hands over who is named, or
 *   an empty list where it was said that there is nobody; nothing where that has not changed since it was handed over last,
 *   so that what was said then holds. `valid` asks for the names that lack.
 */
export function peopleField(store, name) {
  let rows = [];
  let changed = false;
  let said = false;
  let nobody = false;
  const list = h("ul", { class: "people", on: { input: () => (changed = true) } });
  const none = h("button", { class: "button", type: "button", "aria-pressed": "false", on: { click: () => sayNone() } }, t(`people.${name}_none`));
  const add = h("button", { class: "button", type: "button", on: { click: () => addRow() } }, t(`people.${name}_add`));
  const element = h("fieldset", { class: "stack people-field" }, h("legend", {}, t(`people.${name}`)), list, h("div", { class: "pair" }, add, none));

  function renew() {
    none.setAttribute("aria-pressed", String(nobody));
    add.disabled = rows.length >= MOST;
  }

  function clear() {
    rows = [];
    list.replaceChildren();
    nobody = false;
  }

  function sayNone() {
    clear();
    [nobody, changed] = [true, true];
    renew();
  }

  function addRow() {
    const touch = () => (changed = true);
    const row = name === "missing" ? missingRow(store, touch) : extraRow();
    const drop = () => {
      rows = rows.filter((other) => other !== row);
      item.remove();
      changed = said;
      nobody = said && rows.length === 0;
      renew();
    };
    const item = h("li", {}, row.fields, closeButton(drop, t("people.drop")));
    rows.push(row);
    list.append(item);
    nobody = false;
    renew();
    row.fields[0].focus();
  }

  const take = () => {
    if (!changed || !(nobody || rows.length)) return undefined;
    [changed, said] = [false, true];
    return rows.map((row) => row.read());
  };

  let about = null;
  store.watch(["mine", "picture"], (state) => {
    const now = `${incidentOf(state)?.id} ${state.mine}`;
    if (now === about) return;
    about = now;
    clear();
    [changed, said] = [false, false];
    renew();
  });
  return { element, valid: () => rows.every((row) => row.fields[0].reportValidity()), take };
}

function nameField() {
  return h("input", { type: "text", name: "person", required: true, pattern: ".*[\\p{L}\\p{N}].*", maxlength: 80, autocomplete: "off", placeholder: t("people.name"), "aria-label": t("people.name") });
}

function extraRow() {
  const input = nameField();
  return { fields: [input], read: () => input.value.trim() };
}

function missingRow(store, touch) {
  const input = nameField();
  let zoneId = null;
  const choose = (id) => {
    zoneId = id;
    where.textContent = zoneName(store.state.zoneById.get(id));
    touch();
  };
  const where = h("button", { class: "button", type: "button", on: { click: () => chooseRoom(store, choose) } }, t("people.where"));
  const when = h("input", { type: "time", name: "seen" });
  const read = () => ({
    name: input.value.trim(),
    ...(zoneId && { last_seen_zone_id: zoneId }),
    ...(when.value && { last_seen_at: lastTimeOfDay(when.value) }),
  });
  return { fields: [input, where, h("label", {}, h("span", {}, t("people.when")), when)], read };
}

/** The last moment at which a clock showed `HH:MM` here. */
function lastTimeOfDay(text) {
  const [hours, minutes] = text.split(":").map(Number);
  const moment = new Date(now());
  moment.setHours(hours, minutes, 0, 0);
  if (moment.getTime() > now()) moment.setDate(moment.getDate() - 1);
  return moment.toISOString();
}
