/** A dialog that makes links for people without an account, shows each once as a QR code, lists and revokes them. */

import { getJson, postJson, remove } from "./api.js";
import { openDialog } from "./ask.js";
import { fill, h } from "./dom.js";
import { field, formFault } from "./fields.js";
import { t } from "./strings.js";

const LABEL_LENGTH = 100;

/**
 * @param {string} base Where the links are.
 * @param {object} words `title`, `words`, `label`, `like`: what they are for.
 * @param {(link: object) => {holds: boolean, told: Array}} tell What the list says of a link, and whether it can be revoked.
 */
export function openLinks(base, words, tell) {
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
    fill(list, answer.links.length ? answer.links.map((link) => row(link, tell(link), revoke)) : h("li", {}, t("links.none")));
  };
  const made = h("div", { class: "share-made stack", role: "status" });
  const label = field("label", words.label, { maxlength: LABEL_LENGTH, required: true, placeholder: words.like });
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
    words.title,
    h(
      "div",
      { class: "stack" },
      h("p", {}, words.words),
      h("form", { class: "stack", on: { submit: make } }, label, h("button", { class: "button button-main", type: "submit" }, t("links.make"))),
      fault,
      made,
      h("h3", {}, t("links.made")),
      list,
    ),
  );
  load();
}

/** A link that was just made: nobody can be shown it again. */
function shown({ url, qr }) {
  const address = h("input", { class: "share-address", readonly: true, "aria-label": t("links.address"), value: url, on: { focus: () => address.select() } });
  const said = h("span", { role: "status" });
  const copy = async () => {
    address.select();
    const copied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
    fill(said, t(copied ? "links.copied" : "links.copy_yourself"));
  };
  return [
    h("img", { class: "share-qr", src: qr, alt: t("links.qr") }),
    h("p", { class: "small" }, t("links.once")),
    address,
    h("p", { class: "pair" }, h("button", { class: "button", type: "button", on: { click: copy } }, t("links.copy")), said),
  ];
}

function row(link, { holds, told }, revoke) {
  return h(
    "li",
    {},
    h("span", {}, h("strong", {}, link.label), " ", h("small", {}, told)),
    holds && h("button", { class: "button", type: "button", on: { click: () => revoke(link.id) } }, t("links.revoke")),
  );
}
