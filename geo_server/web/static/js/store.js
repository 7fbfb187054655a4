/** One state, and who wants to know when a part of it changes. */

export function createStore(initial) {
  let state = initial;
  const watchers = new Set();
  return {
    get state() {
      return state;
    },
    /** Put new values in; those who watch a changed key are told once. */
    set(patch) {
      const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
      if (changed.length === 0) return;
      state = { ...state, ...patch };
      for (const watcher of [...watchers]) {
        if (watcher.keys.some((key) => changed.includes(key))) attempt(watcher, state);
      }
    },
    /** Run now and whenever one of `keys` changes. */
    watch(keys, run) {
      watchers.add({ keys, run });
      run(state);
    },
  };
}

/** One view that fails must not keep the others from showing what is new. */
function attempt(watcher, state) {
  try {
    watcher.run(state);
  } catch (fault) {
    console.error(fault);
  }
}

/** Whether the signed-in person may do something on this site. */
export const may = (state, permission) => Boolean(state.site?.permissions.includes(permission));

/** Whether that person says how their own room is. Those who see all reports are with no class. */
export const reportsOwnRoom = (state) => may(state, "report_status") && !may(state, "see_reports");
