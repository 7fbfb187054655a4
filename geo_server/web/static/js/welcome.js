/** What is shown to who is not signed in, or has a choice of sites. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { known, t, tn } from "./strings.js";

function show(...content) {
  const place = document.getElementById("welcome");
  document.body.dataset.view = "welcome";
  place.hidden = false;
  fill(place, h("div", { class: "welcome-box" }, h("span", { class: "mark mark-big" }, icon("home")), content));
}

/** @param {{reports: number, threats: number}} waiting Reports of this device that the server has not confirmed. */
export const showSignedOut = ({ reports, threats }) =>
  show(
    h("h1", {}, t("welcome.title")),
    threats > 0 && h("p", { class: "notice notice-unsent", role: "alert" }, h("strong", {}, t("unsent.title"), " ", tn("welcome.threats", threats))),
    h("p", {}, t("welcome.words")),
    reports > 0 && h("p", { class: "kept", role: "status" }, tn("welcome.waiting", reports)),
  );

export const showFault = (words) => show(h("h1", {}, t("app.name")), h("p", { role: "alert" }, words));

export function showSites(sites) {
  const links = sites.map(({ slug, name, role }) =>
    h("a", { class: "button button-main", href: `/sites/${encodeURIComponent(slug)}${location.search}` }, `${name} (${known(`role.${role}`, role)})`),
  );
  show(h("h1", {}, t("welcome.sites")), links.length ? links : h("p", {}, t("welcome.none")));
}
