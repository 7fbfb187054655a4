/** Words for screen readers: at once for a new threat or order, at leisure for the rest. */

import { guidanceOf, incidentIsOpen, kindTitle, leavesUnsure, orderFor, sentenceFor, threatPlace, threatsOf, toDo } from "./model.js";
import { t } from "./strings.js";

const PAUSE_MS = 5000;
/** An order is said with what the server says of the person's own room, or without once it takes longer than this. */
const GUIDANCE_WAIT_MS = 3000;

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

/** Say what changed: a new threat, one that was retracted, the all-clear; an order in the words of the card; that it is too late to leave. */
export function announceChanges(store, speaker) {
  sayOrders(store, speaker);
  let before = null;
  store.watch(["picture"], (state) => {
    if (!state.picture) return;
    const said = before ? changes(state, before) : [];
    if (said.length) speaker.sayNow(said.join(" "));
    before = { threats: state.picture.threats, open: incidentIsOpen(state) };
  });
  let unsure = leavesUnsure(store.state);
  store.watch(["guidance", "lapsed"], (state) => {
    const was = unsure;
    unsure = leavesUnsure(state);
    if (unsure && !was && state.lapsed.split(" ").includes(state.mine)) speaker.sayNow(t("card.no_sure_way"));
  });
}

function changes(state, before) {
  const seen = new Set(before.threats.map((threat) => threat.id));
  const said = state.picture.threats
    .filter((threat) => !seen.has(threat.id))
    .map((threat) => t("say.new_threat", { kind: kindTitle(state, threat.kind), place: threatPlace(state, threat) }));
  if (before.open && !incidentIsOpen(state)) return [...said, t("say.all_clear")];
  const present = new Set(threatsOf(state).map((threat) => threat.id));
  const gone = before.threats.filter((threat) => !present.has(threat.id));
  return [...said, ...gone.map((threat) => t("say.no_threat", { kind: kindTitle(state, threat.kind) }))];
}

/** The picture brings an order, or that it was taken back, before the server has said whether it can be followed from the
 * person's own room. Whoever moves to another room is told what holds there: nobody took anything back. */
function sayOrders(store, speaker) {
  let last = orderFor(store.state, store.state.mine)?.id;
  let room = store.state.mine;
  let waiting = null;
  const say = () => {
    const { hasMoved } = waiting;
    clearTimeout(waiting.timer);
    waiting = null;
    const { state } = store;
    const order = orderFor(state, state.mine);
    const doing = order ?? toDo(state);
    if (doing) speaker.sayNow(t(order || hasMoved ? "say.order" : "say.withdrawn", { title: doing.title, words: sentenceFor(state, doing) }));
  };
  store.watch(["picture", "guidance", "mine"], (state) => {
    const id = orderFor(state, state.mine)?.id;
    if (id !== last && incidentIsOpen(state)) {
      clearTimeout(waiting?.timer);
      waiting = { hasMoved: state.mine !== room, guidance: state.guidance, timer: setTimeout(say, GUIDANCE_WAIT_MS) };
    }
    last = id;
    room = state.mine;
    if (waiting && (!state.mine || (state.guidance !== waiting.guidance && guidanceOf(state)))) say();
  });
}
