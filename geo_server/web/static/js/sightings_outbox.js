/** Threat reports on their way: each is kept on the device before it is sent, and told apart from those that have arrived. */

import { postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";
import { countWaiting, createQueue, isWaiting, keyStart } from "./queue.js";

/** Whoever reports a threat is told within this that nobody has answered. */
const LIMITS = { timeLimitMs: 8000 };
/** A threat report that is older than this alarms a school only when its author still wants it to. */
const HELD_AFTER_MS = 30 * 60 * 1000;

/** How many threat reports of this device still wait for the server, also when nobody is signed in. */
export const sightingsWaiting = (slug) => countWaiting(keyStart("sighting", slug));

/** It has not arrived at the first go. */
const isUnsent = (report) => isWaiting(report) && Boolean(report.failed);
/** All that whoever looks at this device must know of: what they reported in vain, and what waits of others. */
export const unsentOf = (state) => [...state.unsent.filter(isUnsent), ...state.othersUnsent];
/** It is so old that it waits for a word of its author. */
export const isHeld = (report) => !report.insisted && now() - Date.parse(report.content.client_at) > HELD_AFTER_MS;

/**
 * @param {object} store Gets `unsent`: the person's threat reports, latest last, each with `told`, what it says in words; and
 *   `othersUnsent`: those of other people that wait.
 * @param {string} slug The site.
 * @param {{onSignedOut: Function}} session As of a queue.
 */
export function createSightingsOutbox(store, slug, session) {
  const queue = createQueue({
    start: keyStart("sighting", slug),
    me: store.state.me.person.id,
    send: ({ id, content: { client_at: _at, ...said } }, signal) =>
      postJson(`/api/sites/${slug}/sightings`, { id, ...said }, { signal, ...LIMITS }),
    isHeld,
    show: (unsent, othersUnsent) => store.set({ unsent, othersUnsent }),
    ...session,
  });
  return {
    /**
     * Report where a threat was seen.
     * @param {object} content What the server is told.
     * @param {{kind: string, place: string}} told The same in words.
     * @returns {Promise<object>} The report after the first try: confirmed, refused, or still waiting.
     */
    report: (content, told) => queue.add(newId(), { told, content: { client_at: new Date(now()).toISOString(), ...content } }),
    /** Send it however old it is. */
    insist: ({ id, told, content }) => queue.add(id, { told, content, insisted: true, failed: true }),
    drop: queue.drop,
  };
}
