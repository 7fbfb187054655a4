/** The map's library: most of what a device loads to open the page. It may be slow to come, or not come for now. */

const ADDRESS = new URL("../vendor/maplibre-gl.mjs", import.meta.url).href;
/** Longer than it takes on a bad network (400 ms there and back, 400 kbit/s), three times over. */
export const PATIENCE_MS = 30_000;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * The library, whenever it comes. After each span of patience it is asked for once more, beside what may still come, and by
 * another name: a browser does not ask twice by one name while it waits.
 * @param {() => void} onMissing Called when it is late, or did not come; perhaps more than once.
 */
export async function loadLibrary(onMissing) {
  for (const tries = []; ; ) {
    tries.push(import(tries.length ? `${ADDRESS}?again=${tries.length}` : ADDRESS));
    const late = pause(PATIENCE_MS);
    const come = Promise.any(tries).catch(() => {
      onMissing();
      return late;
    });
    const library = await Promise.race([come, late]);
    if (library) return library;
    onMissing();
  }
}
