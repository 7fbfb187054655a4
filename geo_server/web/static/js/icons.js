/** Own icons on a 24 by 24 grid, as paths: the same for elements and for the map's canvas. Lines only, 2 wide. */

export const PATHS = {
  tick: "M5 12.5l4.5 4.5L19 7.5",
  ticks: "M2.5 12.5L7 17l8-9M11 15.5l1.5 1.5 9-9",
  alert: "M12 6v8M12 17.6v.4",
  unknown: "M8.6 9a3.4 3.4 0 1 1 5 3c-1.1.6-1.6 1.2-1.6 2.4M12 18v.3",
  plus: "M12 5v14M5 12h14",
  leave: "M4 12h14M13 6.5l5.5 5.5-5.5 5.5",
  out: "M10 4H5v16h5M10 12h10M15.5 7.5L20 12l-4.5 4.5",
  threat: "M12 3.5L22 20.5H2zM12 10v5M12 17.6v.3",
  cross: "M6 6l12 12M18 6L6 18",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  pin: "M12 21c4.5-5 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6 6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  home: "M4 11l8-7 8 7v9h-5.5v-5.5h-5V20H4z",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  lock: "M5.5 11h13v9h-13zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  hold: "M8.5 5v14M15.5 5v14",
  closed: "M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19zM6.5 12h11",
  legend: "M4 6h3M10 6h10M4 12h3M10 12h10M4 18h3M10 18h10",
};

/** The icon of a status: each has its own shape, so that colour is never the only difference. */
export const STATUS_ICONS = {
  unreported: "unknown",
  threat_here: "threat",
  medical: "plus",
  help: "alert",
  evacuating: "leave",
  ok: "tick",
  evacuated: "out",
  danger: "cross",
  cleared: "ticks",
};

/** The icon of an action of the shipped protocol pack; a district's own actions have the threat's. */
export const ACTION_ICONS = { hold: "hold", secure: "lock", lockdown: "lock", evacuate: "leave", shelter: "home" };

const SVG = "http://www.w3.org/2000/svg";

/** An icon as an element. It is decoration: words stand beside it. */
export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
