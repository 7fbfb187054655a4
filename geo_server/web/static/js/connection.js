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
 * @param {object} store Gets `connection: {live, asOf, why}`; `asOf` is the time of the last sign of life by this device's
 *   clock, `why` is `network` or `server`.
 * @param {{ping: () => Promise<void>, load: () => Promise<void>, onBack: () => void}} hooks `ping` asks whether the server
 *   answers, `load` for what is to be shown, and says `fresh`; both reject when no answer comes in time. `onBack` is called
 *   when the page is live again.
 * @returns {{fresh: () => void, hear: () => void, doubt: () => void, lose: () => void, begin: (asOf: number) => void}}
 *   `fresh`: what is shown is as of now; `hear`: the server lives; `doubt`: the feed broke; `lose`: what is new could not
 *   be had; `begin`: the page was opened with what was kept on the device.
 */
export function watchConnection(store, { ping, load, onBack }) {
  let last = store.state.connection.asOf;
  let asked = 0;
  let asking = false;

  const fresh = () => {
    last = Date.now();
    const was = store.state.connection.live;
    store.set({ connection: { live: true, asOf: last, why: null } });
    if (!was) onBack();
  };

  /** That the server lives does not make what is shown new: after a break that is asked for first. */
  const hear = () => (store.state.connection.live ? fresh() : doubt());

  const lose = () => {
    const why = whyNotLive();
    const { live, why: before } = store.state.connection;
    if (live || before !== why) store.set({ connection: { live: false, asOf: last, why } });
  };

  const doubt = async () => {
    if (asking) return;
    asking = true;
    asked = Date.now();
    const { live } = store.state.connection;
    await (live ? ping().then(fresh) : load()).catch(lose);
    asking = false;
  };

  const check = () => {
    const overdue = Date.now() - last > ASK_AFTER_MS || !store.state.connection.live;
    if (overdue && Date.now() - asked > ASK_AGAIN_MS) doubt();
  };

  const begin = (asOf) => {
    last = asOf;
    store.set({ connection: { live: false, asOf, why: whyNotLive() } });
  };

  setInterval(check, CHECK_MS);
  addEventListener("offline", lose);
  addEventListener("online", doubt);
  document.addEventListener("visibilitychange", () => document.hidden || doubt());
  return { fresh, hear, doubt, lose, begin };
}

const whyNotLive = () => (navigator.onLine ? "server" : "network");
