/**
 * Keeps the page itself on the device, so that it opens without a server: its own files and nothing else. No answer of
 * the API passes through here. The server writes two lines above this: `BUILD`, one name for the files as they are, and
 * `FILES`, the SHA-256 of each by its path.
 *
 * A build is kept whole or not at all: a file that is not as `FILES` says belongs to another build, so nothing is taken
 * over. A page has all its files from one build, and a newer build waits until a page asks for it.
 */

const PREFIX = "geo-server:shell:";
const SHELL = PREFIX + BUILD;
/** The addresses that the page itself is at. */
const PAGE = /^\/(sites\/[^/]+\/?)?$/;

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("message", (event) => event.data === "take over" && event.waitUntil(skipWaiting()));
addEventListener("fetch", (event) => {
  const path = pathInShell(event.request);
  if (path) event.respondWith(answer(path, event.request));
});

async function keepAll() {
  const shell = await caches.open(SHELL);
  try {
    await Promise.all(Object.entries(FILES).map(([path, digest]) => keep(shell, path, digest)));
  } catch (fault) {
    await caches.delete(SHELL);
    throw fault;
  }
}

async function keep(shell, path, digest) {
  const response = await fetch(path, { cache: "no-cache", credentials: "omit" });
  const found = await sha256(await response.clone().arrayBuffer());
  if (!response.ok || found !== digest) throw new Error(`${path} is not of build ${BUILD}`);
  await shell.put(path, response);
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function takeOver() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== SHELL);
  await Promise.all(others.map((name) => caches.delete(name)));
  await clients.claim();
}

/** The file of the page that a request is for, or null: everything else goes to the server as if nobody were here. */
function pathInShell({ method, mode, url }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return null;
  if (mode === "navigate") return PAGE.test(pathname) ? "/" : null;
  return Object.hasOwn(FILES, pathname) ? pathname : null;
}

async function answer(path, request) {
  const shell = await caches.open(SHELL);
  return (await shell.match(path)) ?? fetch(request);
}
