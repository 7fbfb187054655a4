/** The card that answers first: what to do here, why, and where the threat is. */

import { ago, clockTime, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { actionOf, kindTitle, orderFor, shortName, statusOf, threatFrom, threatPlace, threatsOf } from "./model.js";
import { wayOutSummary } from "./route_view.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const WATCHED = ["picture", "guidance", "mine", "zones", "plan"];

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
  if (!may(state, "see_incident")) return quiet(t("card.quiet_viewer"));
  const incident = state.picture?.incident;
  if (!incident || incident.state === "closed") return quiet(t("card.quiet_words"));
  if (incident.state === "all_clear") return { tone: "clear", parts: [heading("tick", t("card.all_clear")), words(t("card.all_clear_words"))] };
  return may(state, "see_reports") ? forResponder(state, incident) : forStaff(state, incident);
}

const quiet = (sentence) => ({ tone: "quiet", parts: [h("h2", {}, t("card.quiet")), words(sentence)] });
const heading = (iconName, title) => h("h2", {}, icon(iconName, "icon card-icon"), h("span", {}, title));
const words = (sentence) => h("p", { class: "card-words" }, sentence);

/** Orders of people come first; without one, what the protocol calls for. */
function toDo(state, incident) {
  if (state.guidance?.directive) return state.guidance.directive;
  const order = orderFor(state, state.mine);
  if (order) return order;
  const kind = state.protocols.kinds.find((one) => one.key === incident.kind);
  return kind ? actionOf(state, kind.action) : null;
}

function forStaff(state, incident) {
  const doing = toDo(state, incident);
  const zone = state.zoneById.get(state.mine);
  return {
    tone: "act",
    parts: [
      h("p", { class: "card-for" }, zone ? t("card.for_room", { room: shortName(zone) }) : t("card.for_site")),
      heading("threat", doing?.title ?? t("card.no_order")),
      words(doing?.words ?? t("card.no_order_words")),
      h("dl", { class: "facts" }, facts(state, incident, doing, zone)),
    ],
  };
}

function facts(state, incident, doing, zone) {
  const threats = threatsOf(state);
  const rows = threats.map((threat) =>
    fact(
      t("card.where"),
      h("strong", {}, t("threat.here", { kind: kindTitle(state, threat.kind), place: threatPlace(state, threat) })),
      h("span", {}, zone ? `${threatFrom(state, threat, zone)}, ` : "", ticking(threat.seen_at, ago)),
    ),
  );
  const why = doing?.why || doing?.reason;
  if (why) rows.push(fact(t("card.why"), h("span", {}, why)));
  if (!threats.length) rows.unshift(fact(t("card.why"), h("span", {}, opened(state, incident))));
  const way = zone && wayOutSummary(state, state.guidance);
  if (way) rows.push(fact(t("card.way_out"), way));
  return rows;
}

const fact = (name, ...content) => h("div", {}, h("dt", {}, name), h("dd", {}, content));
const opened = (state, incident) =>
  t("card.incident_open", { kind: kindTitle(state, incident.kind), time: clockTime(incident.opened_at) });

function forResponder(state, incident) {
  const order = orderFor(state, null);
  const doing = order ?? toDo({ ...state, guidance: null, mine: null }, incident);
  const silent = state.zones.filter((zone) => statusOf(state, zone) === "unreported").length;
  return {
    tone: "act",
    parts: [
      heading("threat", opened(state, incident)),
      h("dl", { class: "facts" }, [
        ...threatsOf(state).map((threat) =>
          fact(
            kindTitle(state, threat.kind),
            h("strong", {}, threatPlace(state, threat)),
            h("span", {}, ticking(threat.seen_at, ago)),
          ),
        ),
        doing && fact(t("card.order"), h("strong", {}, doing.title), h("span", {}, tn("card.silent", silent))),
      ]),
    ],
  };
}
