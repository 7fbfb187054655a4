/** What floats over the map: the level switch, the legend, and the bar that says what a tap will do. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { reachMoments } from "./map_shapes.js";
import { countWays, guidanceOf, isReachOlder, levelName, threatsOf } from "./model.js";
import { levelsOf, shownReview } from "./review_model.js";
import { may } from "./store.js";
import { t } from "./strings.js";

export function showMapTools(store, { fitSite, startReport }) {
  const levels = h("div", { class: "levels", role: "group", "aria-label": t("map.levels") });
  const home = h("button", { class: "tool", type: "button", title: t("map.home"), "aria-label": t("map.home"), on: { click: fitSite } }, icon("home"));
  const hint = h("div", { class: "hint", role: "status" });
  const key = legend(store);
  const band = h("p", { class: "review-band" });
  fill(document.getElementById("map-tools"), levels, home, key, reportButton(store.state, startReport), band, hint);

  store.watch(["review", "tab", "mode"], (state) => {
    const review = shownReview(state);
    fill(band, review && t(`review.band.${review.revision.placed ? review.revision.state : "unplaced"}`, { building: review.building, number: review.revision.number }));
    band.dataset.state = review?.revision.state ?? "";
  });
  store.watch(["site", "ordinal", "picture", "mine", "review", "tab", "mode"], (state) => fill(levels, levelButtons(store, state)));
  store.watch(["mode"], ({ mode }) => {
    document.body.classList.toggle("is-picking", mode !== null);
    fill(hint, mode && hintBar(store, mode));
  });
  store.watch(["picture"], (state) => (key.hidden = threatsOf(state).length === 0 && !state.picture?.closures.length));
}

/** Always at hand for those who lead; staff have it beside their own buttons. */
const reportButton = (state, startReport) =>
  may(state, "see_reports") &&
  may(state, "report_sighting") &&
  h(
    "button",
    { class: "button button-threat button-main report-tool", type: "button", on: { click: startReport } },
    icon("threat"),
    t("report.start"),
  );

function levelButtons(store, state) {
  const threatened = new Set(threatsOf(state).map((threat) => threat.ordinal));
  const own = state.zoneById.get(state.mine)?.ordinal;
  return [...levelsOf(state)].reverse().map(({ ordinal, name }) =>
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
      h("span", { class: "level-short", "aria-hidden": "true" }, ordinal),
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

/** What the signs mean. How soon the threat can be in the lighter area is counted from now. */
function legend(store) {
  const sees = may(store.state, "see_plan");
  const shaded = (moment, told) => {
    const words = h("span", {});
    const row = sign(moment, words);
    const update = () => {
      const moments = reachMoments(store.state.reach);
      row.hidden = moments[moment] === undefined;
      if (!row.hidden) words.textContent = told(moments);
    };
    store.watch(["reach", "picture"], update);
    setInterval(update, 1000);
    return row;
  };
  const wide = matchMedia("(min-width: 900px)");
  const whole = h(
    "details",
    { class: "legend", open: wide.matches },
    h("summary", {}, icon("legend"), h("span", {}, t("map.legend"))),
    h(
      "ul",
      {},
      ofPicture(store, "threat", (picture) => picture.threats.length > 0),
      ofPicture(store, "closed", (picture) => picture.closures.length > 0),
      sees && [
        shaded("present", ({ spent }) => t(spent ? "legend.no_reach" : isReachOlder(store.state) ? "legend.reach_older" : "legend.reach")),
        shaded("next", ({ next_in_s: s }) => t("legend.reach_next", { s })),
      ],
      WAYS.map(([name, statuses]) => counted(store, name, statuses)),
      sees && counted(store, "unsure", ["no_guaranteed_route", "unreachable"]),
      sees && levelLine(store),
    ),
  );
  wide.addEventListener("change", () => (whole.open = wide.matches));
  return whole;
}

/** The numbers are those of one level: which one. */
function levelLine(store) {
  const line = h("li", { class: "legend-level" });
  store.watch(["routes", "ordinal", "site"], (state) => {
    line.hidden = state.routes.size === 0;
    fill(line, t("legend.level", { level: levelName(state, state.ordinal) }));
  });
  return line;
}

/** Signs of ways out, each with the statuses that it stands for. */
const WAYS = [
  ["safe", ["safe_shortest"]],
  ["detour", ["safe_detour"]],
  ["unsafe", ["no_guaranteed_route"]],
];

/** A sign with the number of zones of the level shown that it stands for, for those who see all ways; for others only while
 * their own way is such a one. */
function counted(store, name, statuses) {
  const words = h("span", {});
  const row = sign(name, words);
  store.watch(["routes", "lapsed", "ordinal", "picture", "guidance", "mine", "freshness"], (state) => {
    const counts = countWays(state);
    const n = counts && statuses.reduce((sum, status) => sum + counts[status], 0);
    row.hidden = !may(state, "see_plan") && !statuses.includes(guidanceOf(state)?.route?.status);
    fill(words, t(`legend.${name}`), n !== null && [": ", h("b", {}, n)]);
  });
  return row;
}

/** A sign that is explained only while it is on the map. */
function ofPicture(store, name, isThere) {
  const row = sign(name, t(`legend.${name}`));
  store.watch(["picture"], ({ picture }) => (row.hidden = !picture || !isThere(picture)));
  return row;
}

const DRAWN = ["threat", "closed"];
const sign = (name, words) => h("li", {}, h("span", { class: `key key-${name}` }, DRAWN.includes(name) && icon(name)), words);
