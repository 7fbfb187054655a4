/** Standing for zones of the published map: which are still to be walked, and signing one or several. */

import { getJson, postJson } from "./api.js";
import { attempt } from "./ask.js";
import { fill, h } from "./dom.js";
import { choice, clearFaults, field, formFault, namedField, showFault } from "./fields.js";
import { newId } from "./ids.js";
import { byName, whereabouts, zoneName } from "./model.js";
import { t, tn } from "./strings.js";

/** Most urgent first: what changed since it was signed is wrong somewhere, on the map or in what was said of it. */
const ORDER = ["changed", "expired", "unsigned", "signed"];
const METHODS = ["walked", "drawing"];

/**
 * @param {object} store
 * @param {string} base Address of the site.
 */
export function signOffPanel(store, base) {
  let id = newId();
  const list = h("div", { class: "sign-offs" });
  const counts = h("p", { class: "small" });
  const told = h("p", { class: "small", role: "status" });

  const load = async () => {
    if (!details.open) return;
    const answer = await attempt(getJson(`${base}/sign-offs`), store);
    if (!answer) return;
    fill(counts, ORDER.filter((key) => answer.counts[key]).map((key) => t(`signoff.count_${key}`, { n: answer.counts[key] })).join(", "));
    const kept = new Set(chosen());
    fill(list, ordered(store.state, answer.zones).map((zone) => row(store.state, zone, kept.has(zone.id))));
    narrow();
  };
  const chosen = () => [...list.querySelectorAll("input:checked")].map((input) => input.value);
  const all = () => {
    for (const input of list.querySelectorAll(".sign-off:not([hidden], [data-state=signed]) > input")) input.checked = true;
  };
  /** Show those rows that hold every word that was typed; what is chosen stays chosen, and in sight. */
  const narrow = () => {
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const one of list.children) {
      const text = one.textContent.toLocaleLowerCase();
      one.hidden = !one.firstElementChild.checked && !words.every((word) => text.includes(word));
    }
  };
  const search = h("input", { type: "search", autocomplete: "off", "aria-label": t("signoff.search"), placeholder: t("signoff.search"), on: { input: narrow } });
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    fill(told);
    const { method, verify_by: verifyBy, note } = form.elements;
    const zoneIds = chosen();
    if (zoneIds.length === 0) return showFault(form, null, t("signoff.choose"));
    button.disabled = true;
    const said = { id, zone_ids: zoneIds, method: method.value, note: note.value.trim() };
    try {
      await postJson(`${base}/sign-offs`, verifyBy.value ? { ...said, verify_by: verifyBy.value } : said);
      id = newId();
      form.reset();
      fill(told, tn("signoff.signed", zoneIds.length));
      await load();
    } catch (fault) {
      showFault(form, namedField(form, fault.where), fault.message);
    }
    button.disabled = false;
    return undefined;
  };
  const button = h("button", { class: "button button-main", type: "submit" }, t("signoff.sign"));
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    counts,
    search,
    h("button", { class: "button", type: "button", on: { click: all } }, t("signoff.all")),
    list,
    choice("method", t("signoff.method"), METHODS.map((key) => [key, t(`signoff.by_${key}`)]), METHODS[0]),
    h(
      "div",
      { class: "pair" },
      field("verify_by", t("signoff.verify_by"), { type: "date" }),
      field("note", t("signoff.note"), { maxlength: 500 }),
    ),
    formFault(),
    button,
    told,
  );
  const details = h("details", { class: "box", on: { toggle: load } }, h("summary", {}, t("signoff.title")), h("p", { class: "small" }, t("signoff.words")), form);
  store.watch(["site"], load);
  return details;
}

/** By what may be said of them, then building by building and level by level. */
function ordered(state, zones) {
  const known = (one) => state.zoneById.get(one.id) ?? { ...one, building: "", ordinal: 0 };
  return zones
    .map((one) => ({ one, zone: known(one) }))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.one.verification) - ORDER.indexOf(b.one.verification) ||
        a.zone.building.localeCompare(b.zone.building) ||
        byName(a.zone, b.zone),
    )
    .map(({ one }) => one);
}

function row(state, { id, name, verification, signed }, checked) {
  const zone = state.zoneById.get(id);
  const words = signed
    ? t(`signoff.${verification}_by`, { who: signed.signed_by, day: signed.signed_at.slice(0, 10), until: signed.verify_by })
    : t("signoff.unsigned");
  return h(
    "label",
    { class: "sign-off", data: { state: verification } },
    h("input", { type: "checkbox", value: id, checked }),
    h("span", {}, h("b", {}, zone ? zoneName(zone) : name), " ", h("small", {}, [zone && whereabouts(state, zone), words].filter(Boolean).join(": "))),
  );
}
