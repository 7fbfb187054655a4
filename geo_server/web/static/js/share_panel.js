/** Links for responders without an account: to the open incident, for those who may share it. */

import { ago, dayAndTime, ticking } from "./clock.js";
import { h } from "./dom.js";
import { openLinks } from "./links_dialog.js";
import { incidentIsOpen, incidentOf } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

/** For those who may share an open incident; null for others. */
export function shareWithResponders(state) {
  if (!incidentIsOpen(state) || !may(state, "share_incident")) return null;
  const base = `/api/sites/${state.site.slug}/incidents/${incidentOf(state).id}/responder-links`;
  const words = { title: t("share.title"), words: t("share.words"), label: t("share.label"), like: t("share.label_like") };
  return h("button", { class: "button", type: "button", on: { click: () => openLinks(base, words, tell) } }, t("share.title"));
}

function tell(link) {
  const used = link.devices > 0 ? [tn("share.devices", link.devices), ", ", t("share.last"), " ", ticking(link.last_opened_at, ago)] : t("share.unused");
  const ends = link.revoked_at ? t("links.revoked", { time: dayAndTime(link.revoked_at) }) : t("links.ends", { time: dayAndTime(link.expires_at) });
  return { holds: link.holds, told: [used, ". ", link.holds || link.revoked_at ? ends : t("share.over")] };
}
