/** Where rounds lead: taken from the map, put on it by hand, taken away. */

import { postJson, remove } from "./api.js";
import { attempt, openDialog } from "./ask.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { field } from "./fields.js";
import { newId } from "./ids.js";
import { whereabouts } from "./model.js";
import { stopsOf } from "./rounds_model.js";
import { doorName } from "./room_detail.js";
import { t, tn } from "./strings.js";

const CATEGORIES = ["corridor", "stairs", "room", "outdoor"];

/**
 * @param {object} store
 * @param {() => Promise<void>} load Gets what has changed.
 * @returns {HTMLElement}
 */
export function createCheckpointsForm(store, load) {
  const base = `/api/sites/${store.state.site.slug}/checkpoints`;
  const told = h("p", { class: "small", role: "status" });
  const list = h("ul", { class: "cards" });
  const boxes = ["exits", ...CATEGORIES].map((name) => box(name));
  const take = async (event) => {
    event.preventDefault();
    const chosen = new FormData(event.target).getAll("of");
    const said = { exits: chosen.includes("exits"), zones: chosen.filter((name) => name !== "exits") };
    const answer = await attempt(postJson(`${base}/from-map`, said), store);
    if (!answer) return;
    fill(told, tn("checkpoint.added", answer.added));
    await load();
  };
  store.watch(["coverage", "site"], (state) => fill(list, stopsOf(state).map((stop) => row(store, state, stop, base, load))));
  return h(
    "details",
    { class: "box" },
    h("summary", {}, t("checkpoint.title")),
    h("p", { class: "small" }, t("checkpoint.words")),
    h(
      "form",
      { class: "stack form", on: { submit: take } },
      h("fieldset", { class: "boxes" }, h("legend", {}, t("checkpoint.of_map")), boxes),
      h("div", { class: "pair" }, h("button", { class: "button", type: "submit" }, t("checkpoint.take")), h("button", { class: "button", type: "button", on: { click: () => pickPlace(store, base, load) } }, icon("pin"), t("checkpoint.by_hand"))),
      told,
    ),
    list,
  );
}

const box = (name) =>
  h("label", { class: "check" }, h("input", { type: "checkbox", name: "of", value: name, checked: name === "exits" }), h("span", {}, t(`checkpoint.of.${name}`)));

function row(store, state, stop, base, load) {
  const retire = async () => {
    if (await attempt(remove(`${base}/${stop.id}`), store)) await load();
  };
  return h(
    "li",
    {},
    h("span", {}, h("strong", {}, stop.name), " ", h("small", {}, whereabouts(state, stop))),
    h("button", { class: "button-plain", type: "button", "aria-label": t("checkpoint.retire", { name: stop.name }), on: { click: retire } }, icon("cross")),
  );
}

/** The next tap on the map is a checkpoint: the door that it hits, else the spot itself. */
function pickPlace(store, base, load) {
  const onPlace = ({ at, openingId }) => {
    store.set({ mode: null });
    askName(store, { at, door: store.state.openingById.get(openingId) }, base, load);
  };
  store.set({ mode: { name: "checkpoint", hint: t("checkpoint.hint"), onPlace } });
}

function askName(store, { at, door }, base, load) {
  const id = newId();
  const { state } = store;
  const place = door ? { subject_id: door.id } : { at, ordinal: state.ordinal };
  const send = async (event) => {
    event.preventDefault();
    const name = form.elements.name.value.trim();
    if (!(await attempt(postJson(base, { id, name, ...place }), store))) return;
    dialog.close();
    await load();
  };
  const form = h(
    "form",
    { class: "stack", method: "dialog", on: { submit: send } },
    field("name", t("checkpoint.name"), { required: true, maxlength: 100, value: door ? doorName(state, null, door) : "" }),
    h("button", { class: "button button-main", type: "submit" }, t("checkpoint.add")),
  );
  const dialog = openDialog(t("checkpoint.new"), form);
}
