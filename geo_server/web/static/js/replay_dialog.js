/** Looking back at an incident: a slider over what happened, and what was known at each moment. The map stays live. */

import { getJson } from "./api.js";
import { openDialog } from "./ask.js";
import { clockTime } from "./clock.js";
import { fill, h } from "./dom.js";
import { formFault } from "./fields.js";
import { incidentOf, kindTitle, statusTitle, threatPlace } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";
import { pictureAsIn } from "./wording.js";

/** For those who see all reports, while there is an incident to look back at; null for others. */
export function lookBack(store, state) {
  const incident = incidentOf(state);
  if (!incident || !may(state, "see_reports")) return null;
  const base = `/api/sites/${state.site.slug}/incidents/${incident.id}`;
  return h("button", { class: "button", type: "button", on: { click: () => openReplay(store, base) } }, t("replay.open"));
}

async function openReplay(store, base) {
  const fault = formFault();
  const when = h("output", { class: "replay-when" });
  const known = h("div", { class: "stack", "aria-live": "polite" });
  const slider = h("input", { type: "range", min: 0, max: 0, step: 1, class: "replay-slider", "aria-label": t("replay.slider") });
  openDialog(t("replay.title"), h("div", { class: "stack" }, h("p", { class: "small" }, t("replay.words")), slider, when, fault, known));

  let happened = [];
  let asked = 0;
  const show = async () => {
    const one = happened[Number(slider.value)];
    if (!one) return;
    const mine = ++asked;
    fill(when, t("replay.when", { time: clockTime(one.at, true), what: t(`replay.${one.kind}`), n: Number(slider.value) + 1, of: happened.length }));
    slider.setAttribute("aria-valuetext", when.textContent);
    try {
      // Times are told in milliseconds and kept finer: one more, and what happened at that moment is in.
      const at = new Date(Date.parse(one.at) + 1).toISOString();
      const picture = await getJson(`${base}/picture?as_of=${encodeURIComponent(at)}`);
      if (mine === asked) fill(known, whatWasKnown(store.state, pictureAsIn(store.state.protocols, picture)));
      fill(fault);
    } catch (refusal) {
      if (mine === asked) fill(fault, refusal.message);
    }
  };
  slider.addEventListener("input", show);
  try {
    ({ happened } = await getJson(`${base}/timeline`));
  } catch (refusal) {
    fill(fault, refusal.message);
    return;
  }
  slider.max = happened.length - 1;
  slider.value = slider.max;
  await show();
}

function whatWasKnown(state, picture) {
  const counts = Object.entries(picture.counts).filter(([, n]) => n > 0);
  return [
    part("situation.threats", picture.threats.map((threat) => `${kindTitle(state, threat.kind)}: ${threatPlace(state, threat)}`)),
    part("situation.orders", picture.directives.map((order) => [order.title, order.given_by, order.reason].filter(Boolean).join(", "))),
    part("replay.rooms", counts.map(([status, n]) => `${statusTitle(status)}: ${n}`)),
    picture.closures.length > 0 && h("p", {}, tn("replay.closures", picture.closures.length)),
    picture.conflicts.length > 0 && part("replay.conflicts", picture.conflicts.map((one) => `${one.title}: ${one.settled ? t("replay.settled") : t("replay.unsettled")}`)),
  ];
}

const part = (key, lines) => h("div", {}, h("h3", {}, t(key)), lines.length ? h("ul", { class: "bullets" }, lines.map((line) => h("li", {}, line))) : h("p", { class: "small" }, t("replay.nothing")));
