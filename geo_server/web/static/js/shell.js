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
  letIn(registration);
  await serviceWorker.ready;
  return true;
}

/** Where the page has nothing of a site to show, a newer one takes its place at once: it may be what is missing. */
export async function renewShell() {
  const { serviceWorker } = navigator;
  const registration = await serviceWorker?.getRegistration();
  if (!registration) return;
  serviceWorker.addEventListener("controllerchange", () => location.reload());
  letIn(registration);
  registration.update().catch(console.warn);
}

/** Let a newer page take over as soon as all of it is here. */
function letIn(registration) {
  const takeOver = () => registration.waiting?.postMessage("take over");
  const follow = () => registration.installing?.addEventListener("statechange", takeOver);
  registration.addEventListener("updatefound", follow);
  follow();
  takeOver();
}
