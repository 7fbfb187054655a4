/** Links for responders without an account: made with a QR code to show, listed with their use, revoked. */

import { getJson, postJson, remove } from "./api.js";
import { openDialog } from "./ask.js";
import { ago, dayAndTime, ticking } from "./clock.js";
import { fill, h } from "./dom.js";
import { field, formFault } from "./fields.js";
import { incidentIsOpen, incidentOf } from "./model.js";
import { may } from "./store.js";
import { t, tn } from "./strings.js";

const LABEL_LENGTH = 100;

/** For those who may share an open incident; null for others. */
export function shareWithResponders(state) {
  if (!incidentIsOpen(state) || !may(state, "share_incident")) return null;
  const base = `/api/sites/${state.site.slug}/incidents/${incidentOf(state).id}/responder-links`;
  return h(
    "button",
    { class: "button", type: "button", on: { click: () => openSharing(base) } },
    t("share.open"),
  );
}

function openSharing(base) {
  const list = h("ul", { class: "cards" });
  const fault = formFault();
  /** What the server gives, or null when it refuses; why stands in the dialog, which hides the page. */
  const ask = async (request) => {
    fill(fault);
    return request.catch((refusal) => fill(fault, refusal.message) && null);
  };
  const load = async () => {
    const answer = await ask(getJson(base));
    if (!answer) return;
    const revoke = async (id) => {
      await ask(remove(`${base}/${id}`));
      await load();
    };
    fill(list, answer.links.length ? answer.links.map((link) => row(link, revoke)) : h("li", {}, t("share.none")));
  };
  const made = h("div", { class: "share-made stack", role: "status" });
  const label = field("label", t("share.label"), { maxlength: LABEL_LENGTH, required: true, placeholder: t("share.label_like") });
  const make = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const link = await ask(postJson(base, { label: form.elements.label.value.trim() }));
    if (!link) return;
    fill(made, shown(link));
    form.reset();
    load();
  };
  openDialog(
    t("share.title"),
    h(
      "div",
      { class: "stack" },
      h("p", {}, t("share.words")),
      h("form", { class: "stack", on: { submit: make } }, label, h("button", { class: "button button-main", type: "submit" }, t("share.make"))),
      fault,
      made,
      h("h3", {}, t("share.links")),
      list,
    ),
  );
  load();
}

/** A link that was just made: nobody can be shown it again. */
function shown({ url, qr }) {
  const address = h("input", { class: "share-address", readonly: true, "aria-label": t("share.address"), value: url, on: { focus: () => address.select() } });
  const said = h("span", { role: "status" });
  const copy = async () => {
    address.select();
    const copied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
    fill(said, t(copied ? "share.copied" : "share.copy_yourself"));
  };
  return [
    h("img", { class: "share-qr", src: qr, alt: t("share.qr") }),
    h("p", { class: "small" }, t("share.once")),
    address,
    h("p", { class: "pair" }, h("button", { class: "button", type: "button", on: { click: copy } }, t("share.copy")), said),
  ];
}

function row(link, revoke) {
  const used = link.devices > 0 ? [tn("share.devices", link.devices), ", ", t("share.last"), " ", ticking(link.last_opened_at, ago)] : t("share.unused");
  const ends = link.revoked_at ? t("share.revoked", { time: dayAndTime(link.revoked_at) }) : t("share.ends", { time: dayAndTime(link.expires_at) });
  return h(
    "li",
    {},
    h("span", {}, h("strong", {}, link.label), " ", h("small", {}, used, ". ", link.holds || link.revoked_at ? ends : t("share.over"))),
    link.holds && h("button", { class: "button", type: "button", on: { click: () => revoke(link.id) } }, t("share.revoke")),
  );
}
