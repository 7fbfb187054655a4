/** The page itself, kept on this device by the service worker. A newer one takes its place for the next time it is opened. */

/**
 * Keep the page on this device from now on. To be called once all of it is loaded: what a newer version brings must not
 * meet what is shown.
 * @param {object} store Gets `newer: true` once a newer page is here than the one that is shown.
 * @returns {Promise<boolean>} Whether it is kept. Browsers do so only on https addresses and on the machine itself.
 */
export async function keepShell(store) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return false;
  const isShown = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => isShown && store.set({ newer: true }));
  const registration = await serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
  const takeOver = () => registration.waiting?.postMessage("take over");
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", takeOver));
  takeOver();
  await serviceWorker.ready;
  return true;
}
