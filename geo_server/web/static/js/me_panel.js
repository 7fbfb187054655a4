/** What staff find beside their buttons: more to report, and the way out when it may be shown. */

import { fill, h } from "./dom.js";
import { guidanceOf, incidentIsOpen, leavesUnsure } from "./model.js";
import { routeView } from "./route_view.js";
import { t } from "./strings.js";

/** @returns {HTMLElement} */
export function createMePanel(store, { form }) {
  const none = h("p", { class: "small" }, t("me.none"));
  const route = h("div", {});
  store.watch(["mine", "picture"], (state) => {
    none.hidden = incidentIsOpen(state);
    form.hidden = !state.mine || !incidentIsOpen(state);
  });
  store.watch(["guidance", "mine", "lapsed"], (state) => {
    fill(route, wayOut(state));
  });
  return h("div", { class: "stack" }, none, form, route);
}

/** The way out. One that is not guaranteed is folded away: the card says when to take it. */
function wayOut(state) {
  const guidance = guidanceOf(state);
  if (!guidance?.route) return withheld(guidance);
  const whole = routeView(state, guidance.route, guidance.route);
  return leavesUnsure(state) ? h("details", { class: "box" }, h("summary", {}, t("route.if_clear")), whole) : whole;
}

/** Why no way out is shown to a person who is told what to do. */
function withheld(guidance) {
  const { directive, withheld_because: why } = guidance ?? {};
  return directive && why ? h("p", { class: "small" }, t(`withheld.${why}`, { action: directive.title })) : null;
}
