/** What is said on a round, on its way: in the order in which it was said, because a check rests on the start of its round. */

import { postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";
import { countWaiting, createQueue, keyStart } from "./queue.js";

/** Address and body of each kind of entry. */
const REQUESTS = {
  start: ({ id, content: { client_at } }) => ["rounds", { id, client_at }],
  check: ({ id, content: { round_id: roundId, ...said } }) => [`rounds/${roundId}/checks`, { id, ...said }],
  finish: ({ content }) => [`rounds/${content.round_id}/finish`, {}],
  mend: ({ content }) => [`faults/${content.fault_id}/mending`, { client_at: content.client_at }],
};

/** How much of a round on this device still waits for the server, also when nobody is signed in. */
export const roundsWaiting = (slug) => countWaiting(keyStart("round", slug));

/**
 * @param {object} store Gets `walking`: what the person said on rounds, latest last, each with `what`: start, check, finish
 *   or mend.
 * @param {string} slug The site.
 * @param {{onSignedOut: Function}} session As of a queue.
 */
export function createRoundsOutbox(store, slug, session) {
  const queue = createQueue({
    start: keyStart("round", slug),
    me: store.state.me.person.id,
    send: (entry, signal) => {
      const [path, body] = REQUESTS[entry.what](entry);
      return postJson(`/api/sites/${slug}/${path}`, body, { signal });
    },
    inOrder: true,
    show: (walking) => store.set({ walking }),
    ...session,
  });
  const add = (what, content) => queue.add(newId(), { what, content: { client_at: new Date(now()).toISOString(), ...content } });
  return {
    start: () => add("start", {}),
    check: (roundId, checkpointId, said) => add("check", { round_id: roundId, checkpoint_id: checkpointId, ...said }),
    finish: (roundId) => add("finish", { round_id: roundId }),
    mend: (faultId) => add("mend", { fault_id: faultId }),
    drop: queue.drop,
  };
}
