/**
 * The last good answers of a site, kept on this device for when no more come: what is on the page, and the tiles of its
 * levels. They are one person's on one site; whoever signs in next, or signs out, removes them. What is told from here
 * is told with its age.
 */

import { getJson, isNoAnswer, isOfType } from "./api.js";
import { deviceOffset, now, setDeviceOffset } from "./clock.js";

const PREFIX = "geo-server:kept:";
const AT = "X-Kept-At";
const OFFSET = "X-Clock-Offset";
/** Whoever has an older answer at hand does not wait longer than this for a newer one. */
const PATIENCE_MS = 4000;
const TILE_PATIENCE_MS = 2500;

const nameOf = (personId, slug) => `${PREFIX}${slug}:${personId}`;
const keptNames = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));

/** Browsers keep nothing for addresses without https. */
const canKeep = "caches" in globalThis;

let box = null;
/** Whether the server has left the last question of this page unanswered: the next one is not waited for. */
let unanswered = false;

/** Open what is kept of a site, whoever it is of: until the server says who is here, that is nobody else's. */
export async function openKept(slug) {
  const names = canKeep ? await keptNames() : [];
  const name = names.find((one) => one.startsWith(`${PREFIX}${slug}${slug && ":"}`));
  box = name ? await caches.open(name) : null;
}

/** Keep from now on for a person; what was kept for anybody else is removed. */
export async function keepFor(personId, slug) {
  if (!canKeep) return;
  const others = (await keptNames()).filter((name) => !name.endsWith(`:${personId}`));
  await Promise.all(others.map((name) => caches.delete(name)));
  box = await caches.open(nameOf(personId, slug));
}

/** Remove everything that is kept, of all sites. Reports that wait to be sent are not kept here. */
export async function forgetKept() {
  box = null;
  if (canKeep) await Promise.all((await keptNames()).map((name) => caches.delete(name)));
}

/** Ask the server, and keep what it says. */
export async function getAndKeep(path, limits = {}) {
  const value = await getJson(path, limits);
  unanswered = false;
  keep(path, value);
  return value;
}

/** Keep an answer as of now. A device without room keeps what it has. */
export function keep(path, value) {
  const headers = { "Content-Type": "application/json", [AT]: new Date(now()).toISOString(), [OFFSET]: deviceOffset() };
  box?.put(path, new Response(JSON.stringify(value), { headers })).catch(() => {});
}

/**
 * What the server says, or where it says nothing what it said last.
 * @param {string} path
 * @param {number} [since] What was said before this moment of the device's clock does not count.
 * @returns {Promise<{value: *, keptAt: number|null}>} `keptAt` is when, by this device's clock, an answer came that is not of
 *   now.
 */
export async function askOrRecall(path, since = 0) {
  const known = await recall(path, since);
  if (known && unanswered) return known.use();
  try {
    return { value: await getAndKeep(path, known ? { timeLimitMs: PATIENCE_MS } : {}), keptAt: null };
  } catch (fault) {
    if (!isNoAnswer(fault)) throw fault;
    unanswered = true;
    if (known) return known.use();
    throw fault;
  }
}

async function recall(path, since) {
  const response = await box?.match(path);
  if (!response) return null;
  const { headers } = response;
  const offset = Number(headers.get(OFFSET));
  const keptAt = Date.parse(headers.get(AT)) - offset;
  if (keptAt < since) return null;
  const value = await response.json();
  /** Times are told by the server's clock, as it was known when this was kept. */
  const use = () => {
    setDeviceOffset(offset);
    return { value, keptAt };
  };
  return { use };
}

/**
 * The bytes of a tile: the server's, or those that are kept where it does not answer.
 * @param {AbortSignal} signal Given up when the map no longer wants it.
 */
export async function loadTile(path, signal) {
  const known = await box?.match(path);
  const asked = fetch(path, { credentials: "same-origin", signal });
  const response = await (known ? soonOrNull(asked) : asked);
  if (response?.ok && isOfType(response, "vector-tile")) {
    if (known && known.headers.get("ETag") !== response.headers.get("ETag")) box?.put(path, response.clone()).catch(() => {});
    return response.arrayBuffer();
  }
  if (known && (!response || response.ok || response.status >= 500)) return known.arrayBuffer();
  throw new Error(`${path}: status ${response.status}`);
}

/** An answer that comes soon, else null. */
const soonOrNull = (asked) => {
  const late = new Promise((done) => setTimeout(() => done(null), TILE_PATIENCE_MS));
  return Promise.race([asked.catch(() => null), late]);
};

/**
 * Keep just these tiles: get what is missing one after the other, so that nothing else has to wait, then remove others.
 * @param {string[]} paths
 * @param {() => Promise<void>} mayAsk Resolves when the next one may be asked for.
 */
export async function keepTiles(paths, mayAsk) {
  const mine = box;
  if (!mine) return false;
  const wanted = new Set(paths);
  const present = (await mine.keys()).map(({ url }) => new URL(url)).filter(({ pathname }) => pathname.startsWith("/tiles/"));
  const here = new Set(present.map(({ pathname, search }) => pathname + search));
  for (const path of paths.filter((one) => !here.has(one))) {
    await mayAsk();
    const response = await fetch(path, { credentials: "same-origin" });
    if (!response.ok || !isOfType(response, "vector-tile")) throw new Error(`${path}: status ${response.status}`);
    await mine.put(path, response);
  }
  await Promise.all([...here].filter((path) => !wanted.has(path)).map((path) => mine.delete(path)));
  return true;
}
