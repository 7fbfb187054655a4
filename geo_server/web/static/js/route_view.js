/** A way out in words: how good it is, by when to leave, the steps, and why nearer ways were not taken. */

import { duration, now, ticking } from "./clock.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { planAge } from "./map_shapes.js";
import { known, t } from "./strings.js";

const ROUTE_ICONS = { safe_shortest: "tick", safe_detour: "leave", no_guaranteed_route: "threat", unreachable: "cross" };

export const routeTitle = ({ status, unsure_because: because }) => (because ? known(`route.${because}`, because) : known(`route.${status}`, status));

/** `Ahead by 34 s`, or by how much the threat is first; null when there is nothing to be ahead of. */
export function marginWords(route, ahead = "route.margin", behind = "route.behind") {
  if (route.margin_s === null || route.margin_s === undefined) return null;
  const s = Math.floor(Math.abs(route.margin_s));
  return t(route.margin_s >= 0 ? ahead : behind, { s });
}

export const marginCell = (route) => marginWords(route, "route.cell_ahead", "route.cell_behind");

/** For the card: the way out, when it may be shown. */
export function wayOutSummary(state, guidance) {
  if (!guidance?.route) return null;
  const { route } = guidance;
  return [
    h("strong", {}, [routeTitle(route), endName(state, route)].filter(Boolean).join(", ")),
    leaveBy(route),
  ];
}

/** A route whole. */
export function routeView(state, route, plan) {
  const avoided = [...(route.avoided ?? []), ...(route.onward?.avoided ?? [])];
  return h(
    "div",
    { class: "route" },
    h(
      "p",
      { class: "route-head", data: { status: route.status } },
      icon(ROUTE_ICONS[route.status] ?? "unknown"),
      h("strong", {}, routeTitle(route)),
      h("span", {}, endName(state, route)),
    ),
    route.unsure_because && h("p", { class: "small" }, known(`route.${route.unsure_because}_words`, "")),
    h("dl", { class: "figures" }, figures(route)),
    route.instructions?.length > 0 && [
      h("h4", {}, t("route.steps")),
      h("ol", { class: "steps" }, route.instructions.map((step) => h("li", {}, step))),
    ],
    avoided.length > 0 && [
      h("h4", {}, t("route.avoided")),
      h("ul", { class: "plain-list" }, avoided.map((one) => h("li", {}, one.words))),
    ],
    route.alternatives?.length > 0 && [
      h("h4", {}, t("route.others")),
      h("ul", { class: "plain-list" }, route.alternatives.map((one) => h("li", {}, other(state, one)))),
    ],
    h("p", { class: "small" }, t("route.advice")),
    plan?.guarantee?.does_not_cover?.length > 0 && limits(plan.guarantee.does_not_cover),
    plan && h("p", { class: "small" }, ticking(plan.made_for_at, () => t("route.old", { age: duration(planAge(plan)) }))),
  );
}

const limits = (sentences) =>
  h(
    "details",
    { class: "small" },
    h("summary", {}, t("route.limits")),
    h("ul", { class: "bullets" }, sentences.map((sentence) => h("li", {}, sentence))),
  );

function figures(route) {
  const margin = marginWords(route, route.status === "no_guaranteed_route" ? "route.too_little" : "route.margin");
  const leave = leaveBy(route);
  return [
    margin && figure(t("detail.margin"), margin),
    leave && figure(t("detail.leave"), leave),
    route.distance_m != null && figure(t("detail.distance"), t("route.distance", { metres: Math.round(route.distance_m) })),
    route.time_s != null && figure(t("detail.time"), t("time.s", { s: Math.ceil(route.time_s) })),
  ];
}

const figure = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** The latest departure as a countdown. It counts from the plan's moment, so it runs down as the plan ages. */
function leaveBy(route) {
  if (route.latest_departure_s === null) return null;
  const deadline = new Date(Date.parse(route.made_for_at) + route.latest_departure_s * 1000).toISOString();
  return ticking(deadline, (iso) => {
    const left = (Date.parse(iso) - now()) / 1000;
    return left > 0 ? t("route.leave_within", { age: duration(left) }) : t("route.leave_passed");
  });
}

function other(state, route) {
  const values = { exit: endName(state, route), metres: Math.round(route.distance_m) };
  const margin = marginWords(route, "route.ahead", "route.first");
  return margin ? t("route.other_margin", { ...values, margin }) : t("route.other", values);
}

/** Where a way ends: an exit, an assembly point, or a zone to stay in. */
export function endName(state, way) {
  const point = way.assembly_point_id && state.site.assembly_points.find(({ id }) => id === way.assembly_point_id);
  if (point) return t("route.point", { name: point.name });
  const refuge = way.refuge_id && state.zoneById.get(way.refuge_id);
  return refuge ? refuge.name : exitName(state, way.exit_id);
}

export function exitName(state, exitId) {
  if (!exitId) return "";
  const number = state.openingById.get(exitId)?.number;
  return number ? t("route.exit", { number }) : t("route.exit_plain");
}
