/**
 * Whether what is shown is live. Stale data that looks live is the worst failure of a page like this one. Every
 * picture and every heartbeat of the live feed says that what is shown is of now. Where one is missing, or the feed breaks,
 * the picture is asked for again at once: a refused connection is known within a second, silence after a few; at once when
 * the device has no network. That the server merely answers says nothing of what is shown.
 */

import { Refusal } from "./api.js";

/** The feed has a heartbeat each 5 s: one is overdue. */
const ASK_AFTER_MS = 7000;
const ASK_AGAIN_MS = 2000;
const CHECK_MS = 500;
/** Of refusals that tell a person that this site is not theirs to see. */
const NO_ACCESS = [403, 404];

/**
 * @param {object} store Gets `connection: {live, asOf, why}`; `asOf` is the time of the last sign of life by this device's
 *   clock, `why` is `network`, `server` or `access`.
 * @param {{ping: () => Promise<void>, load: () => Promise<*>, onBack: () => void}} hooks `ping` asks whether the server
 *   answers, `load` for what is to be shown, and says `fresh`; both reject when no answer comes in time. `onBack` is called
 *   when the page is live again.
 * @returns {{fresh: () => void, hear: () => void, doubt: () => void, lose: (fault?: *) => void,
 *   begin: (asOf: number) => void}} `fresh`: what is shown is as of now; `hear`: the feed lives; `doubt`: the feed broke;
 *   `lose`: what is new could not be had, and why; `begin`: the page was opened with what was kept on the device.
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

  const lose = (fault) => {
    const why = whyNotLive(fault);
    const { live, why: before } = store.state.connection;
    if (live || before !== why) store.set({ connection: { live: false, asOf: last, why } });
  };

  const doubt = async () => {
    if (asking) return;
    asking = true;
    asked = Date.now();
    await load().catch(lose);
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
  document.addEventListener("visibilitychange", () => document.hidden || ping().catch(lose));
  return { fresh, hear, doubt, lose, begin };
}

function whyNotLive(fault) {
  if (fault instanceof Refusal && NO_ACCESS.includes(fault.status)) return "access";
  return navigator.onLine ? "server" : "network";
}
