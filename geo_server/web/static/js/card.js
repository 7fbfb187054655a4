/** The card that answers first: what to do here, why, and where the threat is. */

import { ago, clockTime, serverIso, ticking, timeOrDay } from "./clock.js";
import { fill, h } from "./dom.js";
import { ACTION_ICONS, icon } from "./icons.js";
import {
  fullName,
  guidanceOf,
  incidentOf,
  isPlaceUnknown,
  kindTitle,
  leavesUnsure,
  orderFor,
  sentenceFor,
  statusOf,
  threatFrom,
  threatPlace,
  threatsOf,
  toDo,
} from "./model.js";
import { wayOutSummary } from "./route_view.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const WATCHED = ["picture", "guidance", "mine", "zones", "plan", "lapsed", "freshness"];

export function showCard(store) {
  const card = document.getElementById("card");
  store.watch(WATCHED, (state) => {
    const { tone, parts } = content(state);
    card.dataset.tone = tone;
    fill(card, parts);
    document.title = [card.querySelector("h2")?.textContent, state.site.name].filter(Boolean).join(" · ");
  });
}

function content(state) {
  if (!may(state, "see_incident")) return quiet(t("card.quiet_viewer"), t("card.viewer"));
  const incident = incidentOf(state);
  if (!incident) return state.freshness === "live" ? quiet(t("card.quiet_words")) : unknown(state);
  if (incident.state === "all_clear") return allClear(state, incident);
  return may(state, "see_statuses") ? forResponder(state, incident) : forStaff(state, incident);
}

const quiet = (sentence, title = t("card.quiet")) => ({ tone: "quiet", parts: [h("h2", {}, title), words(sentence)] });

/** That nothing was known a while ago does not mean that there is nothing. */
const unknown = (state) => ({
  tone: "quiet",
  parts: [
    h("h2", {}, t("card.quiet_then")),
    words(t("card.quiet_then_words", { time: timeOrDay(shownAt(state)) })),
    h("p", { class: "card-since" }, ticking(shownAt(state), ago)),
  ],
});

const shownAt = ({ connection }) => serverIso(connection.asOf);

/** That an order is not of now, where nothing newer reaches this device. */
const oldLine = (state) =>
  state.freshness === "old" &&
  h("p", { class: "card-old" }, icon("alert"), h("span", {}, t("card.old"), " ", ticking(shownAt(state), ago), ". ", t("card.old_words")));

const heading = (iconName, title) => h("h2", {}, icon(iconName, "icon card-icon"), h("span", {}, title));
const words = (sentence) => h("p", { class: "card-words" }, sentence);

/** Stands until the incident is closed, for everyone who got the alarm, also for who comes back to the page later. */
const allClear = (state, { cleared_at: at }) => ({
  tone: "clear",
  parts: [
    oldLine(state),
    heading("tick", t("card.all_clear")),
    words(t("card.all_clear_words")),
    at && h("p", { class: "card-since" }, t("card.all_clear_since", { time: clockTime(at) }), ", ", ticking(at, ago)),
  ],
});

function forStaff(state, incident) {
  const doing = toDo(state);
  const zone = state.zoneById.get(state.mine);
  return {
    tone: "act",
    parts: [
      oldLine(state),
      h("p", { class: "card-for" }, zone ? t("card.for_room", { room: fullName(state, zone) }) : t("card.for_site")),
      heading(ACTION_ICONS[doing?.action] ?? "threat", doing?.title ?? t("card.no_order")),
      words(sentenceFor(state, doing)),
      h("dl", { class: "facts" }, facts(state, incident, doing, zone)),
    ],
  };
}

function facts(state, incident, doing, zone) {
  const way = leavesUnsure(state) ? h("strong", {}, t("card.none_sure")) : zone && wayOutSummary(state, guidanceOf(state));
  return [
    way && fact(t("card.way_out"), way),
    ...threatsOf(state).map((threat) => fact(t("card.where"), whereFor(state, threat, zone))),
    isPlaceUnknown(state) && fact(t("card.where"), h("strong", {}, t("card.place_unknown"))),
    fact(t("card.why"), h("span", {}, whyOf(state, doing) ?? opened(state, incident))),
  ];
}

/** Where the threat is: seen from the person's room when that is known. */
function whereFor(state, threat, zone) {
  const kind = kindTitle(state, threat.kind);
  const place = threatPlace(state, threat, zone);
  if (!zone) return [h("strong", {}, t("threat.here", { kind, place })), ticking(threat.seen_at, ago)];
  return [
    h("strong", {}, t("threat.from_here", { kind, where: threatFrom(state, threat, zone) })),
    h("span", {}, place, ", ", ticking(threat.seen_at, ago)),
  ];
}

/** Why people are to do so, in one sentence; null when nothing is known. */
function whyOf(state, doing) {
  if (!doing) return null;
  const order = doing.given_at ? { ...doing, scope: doing.zone_id ? "zone" : "site" } : doing.order;
  if (!order) return t("why.protocol", { kind: kindTitle(state, incidentOf(state).kind) });
  const by = order.given_by;
  const said = t(by ? `why.order_${order.scope}_by` : `why.order_${order.scope}`, { by });
  return order.reason ? t("why.reason", { order: said, reason: order.reason }) : said;
}

const fact = (name, ...content) => h("div", {}, h("dt", {}, name), h("dd", {}, content));
const opened = (state, incident) =>
  t("card.incident_open", { kind: kindTitle(state, incident.kind), time: clockTime(incident.opened_at) });

function forResponder(state, incident) {
  const order = orderFor(state, null);
  const doing = order ?? toDo({ ...state, guidance: null, mine: null });
  const silent = state.zones.filter((zone) => statusOf(state, zone) === "unreported").length;
  return {
    tone: "act",
    parts: [
      oldLine(state),
      heading("threat", opened(state, incident)),
      h("dl", { class: "facts" }, [
        ...threatsOf(state).map((threat) =>
          fact(t("card.seen"), h("strong", {}, t("threat.from_here", { kind: kindTitle(state, threat.kind), where: threatPlace(state, threat) })), ticking(threat.seen_at, ago)),
        ),
        isPlaceUnknown(state) && fact(t("card.seen"), h("strong", {}, t("card.place_unknown"))),
        state.picture.plan_behind && !state.picture.plan_failed_at && fact(t("card.routes"), h("strong", {}, t("card.plan_behind"))),
        state.picture.plan_failed_at && fact(t("card.routes"), h("strong", {}, t("card.plan_failed")), ticking(state.picture.plan_failed_at, ago)),
        state.picture.reach_failed_at && fact(t("card.reach"), h("strong", {}, t("card.reach_failed")), ticking(state.picture.reach_failed_at, ago)),
        doing && fact(t(order ? "card.order" : "card.protocol"), h("strong", {}, doing.title), h("span", {}, tn("card.silent", silent))),
      ]),
    ],
  };
}
