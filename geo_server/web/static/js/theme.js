/**
 * Light or dark. By the device's wish, with two exceptions: the person's own choice, and a lockdown, in which a bright
 * screen can give away a hiding place, so the page of those who hide is dark unless they ask otherwise.
 */

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Keep `theme` in the store and on the document. */
export function followTheme(store) {
  const decide = () => {
    const { ownTheme, dimmed } = store.state;
    const theme = ownTheme ?? (dimmed || dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    store.set({ theme });
  };
  dark.addEventListener("change", decide);
  store.watch(["ownTheme", "dimmed"], decide);
}
