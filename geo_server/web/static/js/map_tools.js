/** What floats over the map: the level switch, the legend, and the bar that says what a tap will do. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { threatsOf } from "./model.js";
import { may } from "./store.js";
import { t } from "./strings.js";

export function showMapTools(store, { fitSite }) {
  const levels = h("div", { class: "levels", role: "group", "aria-label": t("map.levels") });
  const home = h("button", { class: "tool", type: "button", title: t("map.home"), "aria-label": t("map.home"), on: { click: fitSite } }, icon("home"));
  const hint = h("div", { class: "hint", role: "status" });
  const key = h("div", {});
  fill(document.getElementById("map-tools"), levels, home, key, hint);

  store.watch(["site", "ordinal", "picture", "mine"], (state) => fill(levels, levelButtons(store, state)));
  store.watch(["mode"], ({ mode }) => {
    document.body.classList.toggle("is-picking", mode !== null);
    fill(hint, mode && hintBar(store, mode));
  });
  store.watch(["picture", "site"], (state) => {
    const live = threatsOf(state).length > 0;
    key.hidden = !live;
    if (!key.firstChild && live) fill(key, legend(state));
  });
}

function levelButtons(store, state) {
  const threatened = new Set(threatsOf(state).map((threat) => threat.ordinal));
  const own = state.zoneById.get(state.mine)?.ordinal;
  return [...state.site.levels].reverse().map(({ ordinal, name }) =>
    h(
      "button",
      {
        class: "level",
        type: "button",
        "aria-pressed": String(ordinal === state.ordinal),
        "aria-label": threatened.has(ordinal) ? t("map.level_threat", { level: name }) : name,
        data: { ordinal },
        on: { click: () => store.set({ ordinal }) },
      },
      h("span", { class: "level-name" }, name),
      threatened.has(ordinal) && icon("threat", "icon level-threat"),
      own === ordinal && icon("pin", "icon level-own"),
    ),
  );
}

function hintBar(store, mode) {
  return [
    h("strong", {}, mode.hint),
    mode.byList && h("button", { class: "button", type: "button", on: { click: () => mode.byList() } }, t("report.by_room")),
    h("button", { class: "button", type: "button", on: { click: () => store.set({ mode: null }) } }, t("report.cancel")),
  ];
}

function legend(state) {
  const sees = may(state, "see_plan");
  const rows = [
    ["threat", "legend.threat"],
    ...(sees ? [["reach", "legend.reach"], ["next", "legend.reach_next"]] : []),
    ["safe", "legend.safe"],
    ...(sees ? [["detour", "legend.detour"], ["unsafe", "legend.unsafe"]] : []),
  ];
  return h(
    "details",
    { class: "legend", open: matchMedia("(min-width: 900px)").matches },
    h("summary", {}, icon("legend"), h("span", {}, t("map.legend"))),
    h("ul", {}, rows.map(([sign, key]) => h("li", {}, h("span", { class: `key key-${sign}` }, sign === "threat" && icon("threat")), t(key)))),
  );
}
