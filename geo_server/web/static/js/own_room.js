/** Which room the person of this device is in, and which rooms they were in before. Kept on this device only. */

const SHOWN_RECENT = 5;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const ownPlace = (slug) => `geo-server:room:${slug}`;
const recentPlace = (slug) => `geo-server:rooms:${slug}`;

/**
 * A code on a door names its room in the address. It is kept at once, so that it holds too when somebody has to sign in
 * first, and taken out of the address, so that loading the page again does not lead back to it.
 * @returns {string|null} The id that it names.
 */
export function takeScannedRoom(slug) {
  const named = new URLSearchParams(location.search).get("zone");
  if (named === null) return null;
  history.replaceState(null, "", location.pathname);
  // Whoever scans a code is no longer in the room that was chosen before, even if the code names none.
  localStorage.removeItem(ownPlace(slug));
  if (!UUID.test(named)) return named;
  localStorage.setItem(ownPlace(slug), named.toLowerCase());
  return named.toLowerCase();
}

/** Keep the room that is chosen; begin with the one that was chosen last. */
export function rememberRoom(store, slug) {
  const known = localStorage.getItem(ownPlace(slug));
  if (store.state.zoneById.has(known)) store.set({ mine: known });
  store.watch(["mine"], ({ mine }) => {
    if (!mine) return;
    localStorage.setItem(ownPlace(slug), mine);
    const recent = [mine, ...read(slug).filter((id) => id !== mine)].slice(0, SHOWN_RECENT);
    localStorage.setItem(recentPlace(slug), JSON.stringify(recent));
    store.set({ recent });
  });
}

function read(slug) {
  try {
    const kept = JSON.parse(localStorage.getItem(recentPlace(slug)) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
