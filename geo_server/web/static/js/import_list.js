/** Uploads that are being read, and those of the last day that came to nothing: how far, stop it, try again. */

import { getJson, postJson } from "./api.js";
import { attempt } from "./ask.js";
import { duration, secondsSince, ticking } from "./clock.js";
import { fill, h, syncList } from "./dom.js";
import { known, t } from "./strings.js";

const DAY_S = 86_400;
/** Live events say when to look again; this is the net under them. */
const LOOK_MS = 3000;
const OPEN = new Set(["waiting", "running"]);
const AGAIN = new Set(["failed", "cancelled"]);

/**
 * @param {object} store
 * @param {string} base Address of the site.
 * @param {(ended: object) => void} onEnd Gets each import that ended while it was shown.
 * @returns {{element: HTMLElement, load: () => Promise<void>, follow: (id: string) => Promise<object>}} `follow` resolves
 *   to an import once it has ended, with the draft that came of it.
 */
export function createImportList(store, base, onEnd) {
  const element = h("div", { class: "stack" });
  const followed = new Map();
  let open = new Set();
  let looking = null;

  const act = (verb) => async (id) => {
    await attempt(postJson(`${base}/imports/${id}/${verb}`, {}), store);
    await load();
  };
  const acts = { cancel: act("cancel"), retry: act("retry") };

  const show = (imports) => {
    const ended = imports.filter(({ id, state }) => open.has(id) && !OPEN.has(state));
    open = new Set(imports.filter(({ state }) => OPEN.has(state)).map(({ id }) => id));
    syncList(element, imports.filter(isShown), keyOf, (one) => card(one, acts), update);
    ended.forEach(onEnd);
    for (const { id, state } of imports) if (!OPEN.has(state)) settle(id);
  };
  const settle = (id) => {
    const tell = followed.get(id);
    followed.delete(id);
    if (tell) getJson(`${base}/imports/${id}`).then(tell.resolve, tell.reject);
  };
  const load = async () => {
    clearTimeout(looking);
    const answer = await getJson(`${base}/imports`).catch(() => null);
    if (answer) show(answer.imports);
    clearTimeout(looking);
    if (open.size > 0 || followed.size > 0) looking = setTimeout(load, LOOK_MS);
  };
  store.watch(["imported"], ({ imported }) => imported && load());
  return {
    element,
    load,
    follow(id) {
      const end = new Promise((resolve, reject) => followed.set(id, { resolve, reject }));
      load();
      return end;
    },
  };
}

/** Why an import came to nothing, in sentences. */
export const whyNot = ({ state, problem }) =>
  problem ? [problem.what, problem.advice].filter(Boolean).join(" ") : known(`imports.state.${state}`, state);

const isShown = ({ state, finished_at: at }) => OPEN.has(state) || (state !== "finished" && secondsSince(at) < DAY_S);

/** A card is made anew when its buttons change; else only its bar and words do, so that no button moves under a finger. */
const keyOf = ({ id, state }) => `${id} ${state}`;

function card(one, acts) {
  const button = (words, run) => h("button", { class: "button", type: "button", on: { click: () => run(one.id) } }, words);
  return h(
    "article",
    { class: "box import", data: { import: one.id, state: one.state } },
    h("h3", {}, t("imports.title", { building: one.building })),
    h("p", { class: "small" }, one.file_name),
    h(
      "div",
      { class: "work" },
      OPEN.has(one.state) && h("progress", { max: 1, "aria-label": t("imports.title", { building: one.building }) }),
      h("p", { class: "import-words" }),
    ),
    OPEN.has(one.state) && button(t("imports.cancel"), acts.cancel),
    AGAIN.has(one.state) && button(t("imports.retry"), acts.retry),
  );
}

function update(element, one) {
  const bar = element.querySelector("progress");
  if (bar) bar.value = one.share;
  const words = element.querySelector(".import-words");
  const text = OPEN.has(one.state) ? progressWords(one) : whyNot(one);
  if (words.dataset.text === text) return;
  words.dataset.text = text;
  fill(words, text, OPEN.has(one.state) && [" ", ticking(one.started_at, (iso) => duration(secondsSince(iso)))]);
}

/** What is being done, and how many of how many are behind. */
function progressWords({ state, step, done, total }) {
  if (state === "waiting") return t("imports.waiting");
  const words = known(`imports.step.${step}`, step);
  return total > 1 ? t("imports.counted", { words, done, total }) : words;
}
