/** Words for screen readers: at once for a new threat or order, at leisure for the rest. */

import { incidentIsOpen, kindTitle, orderFor, sentenceFor, threatPlace } from "./model.js";
import { t } from "./strings.js";

const PAUSE_MS = 5000;

/** Say something when there is a pause. Of several, the last is said. */
export function createSpeaker() {
  const polite = document.getElementById("polite");
  const assertive = document.getElementById("assertive");
  let waiting = null;
  let timer = null;
  const sayWaiting = () => {
    timer = null;
    if (waiting === null) return;
    polite.textContent = waiting;
    waiting = null;
    timer = setTimeout(sayWaiting, PAUSE_MS);
  };
  return {
    say(words) {
      waiting = words;
      timer ??= setTimeout(sayWaiting, 50);
    },
    sayNow(words) {
      assertive.textContent = words;
    },
  };
}

/** Say what changed: a new threat, another order, the all-clear. */
export function announceChanges(store, speaker) {
  let before = null;
  store.watch(["picture"], (state) => {
    const picture = state.picture;
    if (!picture) return;
    if (before) for (const words of changes(state, before)) speaker.sayNow(words);
    before = { picture, open: incidentIsOpen(state), order: orderFor(state, state.mine) };
  });
}

function changes(state, before) {
  const said = [];
  const seen = new Set(before.picture.threats.map((threat) => threat.id));
  for (const threat of state.picture.threats.filter((one) => !seen.has(one.id))) {
    said.push(t("say.new_threat", { kind: kindTitle(state, threat.kind), place: threatPlace(state, threat) }));
  }
  const order = orderFor(state, state.mine);
  if (order && order.id !== before.order?.id) said.push(t("say.order", { title: order.title, words: sentenceFor(state, order) }));
  if (before.open && !incidentIsOpen(state)) said.push(t("say.all_clear"));
  return said;
}
