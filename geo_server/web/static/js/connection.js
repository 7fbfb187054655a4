/**
 * Whether what is shown is live. Stale data that looks live is the worst failure of a page like this one, so every
 * answer and every heartbeat counts as a sign of life, and without one for 15 s the page says so; at once when the
 * device itself says that it has no network.
 */

const PROBE_AFTER_MS = 9_000;
const STALE_AFTER_MS = 15_000;
const PROBE_LIMIT_MS = 4_000;

/**
 * @param {object} store Gets `connection: {live, asOf}`; `asOf` is the time of the last sign of life.
 * @param {() => void} onBack Called when life returns.
 * @returns {{sign: () => void}} `sign` is to be called at each sign of life.
 */
export function watchConnection(store, onBack) {
  let last = Date.now();
  let probing = false;

  const sign = () => {
    last = Date.now();
    const was = store.state.connection.live;
    store.set({ connection: was ? store.state.connection : { live: true, asOf: last } });
    if (!was) onBack();
  };

  const probe = async () => {
    probing = true;
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
      if (answer.ok) sign();
    } catch {
      // No answer is what the deadline below is for.
    }
    probing = false;
  };

  const goStale = () => {
    if (store.state.connection.live) store.set({ connection: { live: false, asOf: last } });
  };

  const check = () => {
    const silent = Date.now() - last;
    if (silent > PROBE_AFTER_MS && !probing) probe();
    if (silent > STALE_AFTER_MS) goStale();
  };

  setInterval(check, 1000);
  addEventListener("offline", goStale);
  addEventListener("online", probe);
  document.addEventListener("visibilitychange", () => document.hidden || probe());
  return { sign };
}
