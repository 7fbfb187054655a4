/** What people noticed outside incidents: read, noted, triaged, closed, or reported as a threat. */

import { getJson, postJson } from "./api.js";
import { attempt } from "./ask.js";
import { ago, dayAndTime, ticking } from "./clock.js";
import { h, syncList, fill } from "./dom.js";
import { field } from "./fields.js";
import { newId } from "./ids.js";
import { openLinks } from "./links_dialog.js";
import { startReport } from "./report.js";
import { t, tn } from "./strings.js";

const NOTE_LENGTH = 500;

/** @returns {HTMLElement} */
export function createConcernsPanel(store) {
  const site = `/api/sites/${store.state.site.slug}`;
  const base = `${site}/concerns`;
  const list = h("ul", { class: "concerns" });
  const none = h("p", { class: "small" }, t("concern.none"));
  const load = async () => {
    const answer = await attempt(getJson(base), store);
    if (!answer) return;
    none.hidden = answer.concerns.length > 0;
    syncList(list, answer.concerns, ({ id }) => id, () => h("li", { class: "concern" }), (item, concern) => renew(item, concern));
    store.set({
      concerns: answer.concerns.filter((concern) => isOpen(concern) && concern.at),
      concernsWaiting: answer.concerns.filter(({ state }) => state === "new").length,
    });
  };
  const handle = async (id, said) => (await attempt(postJson(`${base}/${id}/notes`, said), store)) && load();
  const report = (id) => startReport(store, directly(`${base}/${id}/sighting`), load);

  /** Built again only when the concern has changed, so that a note that is being written stays. */
  const renew = (item, concern) => {
    const told = JSON.stringify(concern);
    if (item.dataset.told === told) return;
    item.dataset.told = told;
    item.dataset.state = concern.state;
    fill(item, whatItSays(store, concern), notes(concern), isOpen(concern) && buttons(concern, { handle, report }));
  };
  store.watch(["noticed"], load);
  return h(
    "section",
    { class: "stack" },
    h("h2", {}, t("concern.title")),
    h("p", { class: "small" }, t("concern.words")),
    h("button", { class: "button", type: "button", on: { click: () => openPosters(`${site}/site-links`) } }, t("poster.title")),
    none,
    list,
  );
}

/** Sends a threat report to an address, and keeps none on the device: the concern stays until it has arrived. */
function directly(address) {
  const id = newId();
  const report = async (said) => {
    try {
      return { state: "confirmed", answer: await postJson(address, { id, ...said }) };
    } catch (refusal) {
      return { state: "refused", why: refusal.message };
    }
  };
  return { report, drop: () => {} };
}

const isOpen = ({ state }) => state === "new" || state === "triaged";

const whatItSays = (store, concern) => [
  h(
    "p",
    { class: "concern-head" },
    h("strong", {}, t(`concern.kind_${concern.kind}`)),
    h("span", { class: "concern-state" }, t(`concern.state_${concern.state}`)),
  ),
  h("p", { class: "concern-words" }, concern.words),
  h(
    "p",
    { class: "small" },
    [concern.place, who(concern)].filter(Boolean).join(", "),
    ", ",
    ticking(concern.reported_at, ago),
  ),
  concern.at &&
    h("button", { class: "button", type: "button", on: { click: () => store.set({ focus: { at: concern.at } }) } }, t("concern.where")),
];

const who = ({ by, source }) => (source === "person" ? (by ? t("concern.from", { who: by }) : t("concern.anonymous")) : t("concern.from", { who: source }));

const notes = (concern) =>
  concern.notes.length > 0 &&
  h(
    "ul",
    { class: "concern-notes" },
    concern.notes.map((note) =>
      h("li", {}, note.state && [h("b", {}, t(`concern.state_${note.state}`)), " "], note.words, " ", h("small", {}, `${note.by}, ${dayAndTime(note.at)}`)),
    ),
  );

/** What is written in the field goes with whichever button is pressed. */
function buttons(concern, { handle, report }) {
  const send = (state) => (event) => {
    const form = event.currentTarget.closest("form");
    const words = form.elements.words.value.trim();
    if (words || state) handle(concern.id, state ? { words, state } : { words });
  };
  const button = (key, run) => h("button", { class: "button", type: "button", on: { click: run } }, t(key));
  return h(
    "form",
    { class: "stack", on: { submit: (event) => event.preventDefault() } },
    field("words", t("concern.note"), { maxlength: NOTE_LENGTH }),
    h(
      "div",
      { class: "grid-buttons" },
      button("concern.add", send(null)),
      concern.state === "new" && button("concern.triage", send("triaged")),
      button("concern.close", send("closed")),
      button("concern.sighting", () => report(concern.id)),
    ),
  );
}

function openPosters(base) {
  const words = { title: t("poster.title"), words: t("poster.words"), label: t("poster.label"), like: t("poster.label_like") };
  openLinks(base, words, (link) => ({
    holds: !link.revoked_at,
    told: [
      link.concerns > 0 ? tn("poster.came", link.concerns) : t("poster.none_came"),
      ". ",
      link.revoked_at ? t("links.revoked", { time: dayAndTime(link.revoked_at) }) : t("links.ends", { time: dayAndTime(link.expires_at) }),
    ],
  }));
}
