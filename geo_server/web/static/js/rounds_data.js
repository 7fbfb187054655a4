/** Gets rounds, their coverage and faults from the server: when they are looked at, and when they change. */

import { Unreachable } from "./api.js";
import { askOrRecall, getAndKeep } from "./kept.js";
import { ownRound } from "./rounds_model.js";

const TABS = ["rounds", "readiness"];

/** Keep `rounds`, `coverage`, `faults` and `round` (the person's own, with its checks) as the server has them. */
export function followRounds(store) {
  const base = `/api/sites/${store.state.site.slug}`;
  let asked = 0;
  /** What is kept on this device counts only while the page says that it is not live. */
  const ask = async (path) => (store.state.connection.live ? getAndKeep(path) : (await askOrRecall(path)).value);
  const load = async () => {
    if (!TABS.includes(store.state.tab)) return;
    const turn = ++asked;
    try {
      const [{ rounds }, { features }, { faults }] = await Promise.all([
        ask(`${base}/rounds`),
        ask(`${base}/checkpoints`),
        ask(`${base}/faults`),
      ]);
      const id = ownRound({ ...store.state, rounds });
      const round = rounds.some((one) => one.id === id) ? await ask(`${base}/rounds/${id}`) : null;
      if (turn === asked) store.set({ rounds, coverage: features, faults, round, fault: null });
    } catch (fault) {
      // Without a network what was known last is still right to walk by; that nothing is live is said at the top.
      if (!(fault instanceof Unreachable)) store.set({ fault: fault.message });
    }
  };
  let sent = 0;
  store.watch(["walking"], ({ walking }) => {
    const now = walking.filter(({ state }) => state === "confirmed").length;
    if (now !== sent) load();
    sent = now;
  });
  store.watch(["tab", "walked", "site"], load);
  return load;
}
