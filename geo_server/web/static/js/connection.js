/**
 * Whether what is shown is live. Stale data that looks live is the worst failure of a page like this one. Every answer
 * and every heartbeat of the live feed is a sign of life. Where one is missing, or the feed breaks, the server is asked at
 * once: a refused connection is known within a second, silence after a few; at once when the device has no network.
 */

/** The feed has a heartbeat each 5 s: one is overdue. */
const ASK_AFTER_MS = 7000;
const ASK_AGAIN_MS = 2000;
const CHECK_MS = 500;

/**
 * @param {object} store Gets `connection: {live, asOf, why}`; `asOf` is the time of the last sign of life, `why` is
 *   `network` or `server`.
 * @param {() => Promise<void>} ask Asks the server for what is shown; rejects when no answer comes in time.
 * @param {() => void} onBack Called when life returns.
 * @returns {{sign: () => void, doubt: () => void}} `sign` is to be called at each sign of life, `doubt` when the feed
 *   breaks.
 */
export function watchConnection(store, ask, onBack) {
  let last = Date.now();
  let asked = 0;
  let asking = false;

  const sign = () => {
    last = Date.now();
    const was = store.state.connection.live;
    store.set({ connection: { live: true, asOf: last, why: null } });
    if (!was) onBack();
  };

  const goStale = () => {
    const why = navigator.onLine ? "server" : "network";
    const { live, why: before } = store.state.connection;
    if (live || before !== why) store.set({ connection: { live: false, asOf: last, why } });
  };

  const doubt = async () => {
    if (asking) return;
    asking = true;
    asked = Date.now();
    await ask().then(sign, goStale);
    asking = false;
  };

  const check = () => {
    const overdue = Date.now() - last > ASK_AFTER_MS || !store.state.connection.live;
    if (overdue && Date.now() - asked > ASK_AGAIN_MS) doubt();
  };

  setInterval(check, CHECK_MS);
  addEventListener("offline", goStale);
  addEventListener("online", doubt);
  document.addEventListener("visibilitychange", () => document.hidden || doubt());
  return { sign, doubt };
}
