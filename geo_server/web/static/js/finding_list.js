/** What the intake noticed. A finding that has a place on the ground leads to it. */

import { h } from "./dom.js";
import { known, t } from "./strings.js";

const WORST_FIRST = ["error", "fixed", "note"];

/**
 * @param {object[]} findings
 * @param {(place: object) => void} show Turns the map to a place: `{at, ordinal}`.
 */
export function findingList(findings, show) {
  if (!findings.length) return h("p", { class: "small" }, t("plans.no_findings"));
  const ordered = [...findings].sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
  return h("ul", { class: "findings" }, ordered.map((finding) => h("li", { data: { severity: finding.severity } }, entry(finding, show))));
}

function entry(finding, show) {
  const { severity, message, advice, layer, handle, at_lonlat: at, ordinal } = finding;
  return [
    h("b", {}, known(`plans.severity.${severity}`, severity)),
    h("span", {}, [message, advice].filter(Boolean).join(" ")),
    h("small", {}, [layer, handle].filter(Boolean).join(", ")),
    at && h("button", { class: "button finding-place", type: "button", on: { click: () => show({ at, ordinal }) } }, t("review.show")),
  ];
}
