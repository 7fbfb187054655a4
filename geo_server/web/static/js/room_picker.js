/** A dialog to choose a room: by typing, from the list, or on the map. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { byName, searchZones, whereabouts, zoneName } from "./model.js";
import { t } from "./strings.js";

const SHOWN = 60;

/** Ask for a room; `take` gets its id, or nothing happens. */
export function chooseRoom(store, take) {
  const list = h("ul", { class: "choices" });
  const search = h("input", {
    type: "search",
    id: "pick-search",
    autocomplete: "off",
    placeholder: t("pick.search"),
    on: { input: () => show() },
  });
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "pick-title", on: { close: () => dialog.remove() } },
    h("div", { class: "dialog-head" }, h("h2", { id: "pick-title" }, t("pick.title")), closeButton(() => dialog.close())),
    h("label", { class: "unseen", for: "pick-search" }, t("pick.search")),
    search,
    onMapButton(),
    list,
  );

  function onMapButton() {
    const start = () => {
      dialog.close();
      store.set({ mode: { name: "room", hint: t("me.pick_hint"), onZone: take } });
    };
    return h("button", { class: "button", type: "button", on: { click: start } }, icon("pin"), t("me.pick_on_map"));
  }

  function show() {
    const { recent, zones } = store.state;
    const before = ({ id }) => (recent.includes(id) ? recent.length - recent.indexOf(id) : 0);
    const ordered = [...zones].sort((a, b) => before(b) - before(a) || Number(b.occupied) - Number(a.occupied) || byName(a, b));
    const found = searchZones(ordered, search.value);
    const pick = (zone) => {
      dialog.close();
      take(zone.id);
    };
    fill(
      list,
      found.slice(0, SHOWN).map((zone) => h("li", {}, choice(store.state, zone, pick))),
      found.length === 0 && h("li", { class: "small" }, t("rooms.none")),
    );
  }

  show();
  document.body.append(dialog);
  dialog.showModal();
  search.focus();
}

/** Ask which room the person is in, and remember it. */
export const chooseOwnRoom = (store, then = () => {}) =>
  chooseRoom(store, (zoneId) => {
    store.set({ mine: zoneId });
    then();
  });

const choice = (state, zone, pick) =>
  h(
    "button",
    { class: "choice", type: "button", on: { click: () => pick(zone) } },
    h("strong", {}, zoneName(zone)),
    h("small", {}, whereabouts(state, zone)),
    state.recent.includes(zone.id) && h("small", { class: "tag" }, t("pick.recent")),
  );

export const closeButton = (close, label = t("pick.close")) =>
  h("button", { class: "button-plain", type: "button", "aria-label": label, on: { click: close } }, icon("cross"));
