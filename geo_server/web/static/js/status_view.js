/** How a status looks in lists: shape, colour and word together. */

import { h } from "./dom.js";
import { STATUS_ICONS, icon } from "./icons.js";
import { statusTitle } from "./model.js";

/** A round sign with the icon of a status. */
export const statusDot = (status) =>
  h("span", { class: "dot", data: { status } }, icon(STATUS_ICONS[status] ?? "unknown"));

/** Sign and word. */
export const statusTag = (status) =>
  h("span", { class: "status-tag", data: { status } }, statusDot(status), h("span", {}, statusTitle(status)));
