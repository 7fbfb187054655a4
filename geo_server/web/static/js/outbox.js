/** Status reports on their way. */

import { postJson } from "./api.js";
import { now } from "./clock.js";
import { newId } from "./ids.js";
import { countWaiting, createQueue, keyStart } from "./queue.js";

/** How many reports of this device still wait for the server, also when nobody is signed in. */
export const waitingCount = (slug) => countWaiting(keyStart("report", slug));

/**
 * @param {object} store Gets `outbox`: the person's reports, latest last.
 * @param {string} slug The site.
 * @param {{onSignedOut: Function}} session As of a queue.
 */
export function createOutbox(store, slug, session) {
  const queue = createQueue({
    start: keyStart("report", slug),
    me: store.state.me.person.id,
    send: ({ id, content }, signal) => postJson(`/api/sites/${slug}/status-reports`, { id, ...content }, { signal }),
    show: (outbox, others) => store.set({ outbox, othersWaiting: others.length }),
    ...session,
  });

  /** Report the status of a zone; counts and note are left out when not given. */
  const report = (zoneId, status, extra = {}) => {
    // Named now, because a report that waits must not count in an incident that begins meanwhile.
    const incidentId = store.state.picture?.incident?.id;
    const said = { zone_id: zoneId, status, client_at: new Date(now()).toISOString(), incident_id: incidentId };
    queue.add(newId(), { content: { ...said, ...extra } });
  };

  return {
    report,
    /** Say it again, now, in the incident of now; for what was refused. */
    repeat(refused) {
      const { zone_id: zoneId, status, client_at: _at, incident_id: _incident, ...extra } = refused.content;
      queue.drop(refused);
      report(zoneId, status, extra);
    },
    drop: queue.drop,
  };
}
