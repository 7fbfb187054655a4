/** Which language a person reads: the one chosen on this device, else the first of the browser's that there is. */

/** By tag, each in its own words. */
export const LANGUAGES = { en: "English", es: "Español" };

const KEPT_AS = "language";

/** The tag of the language that the page speaks. It holds until the page is loaded again. */
export const language = chosen() ?? offered() ?? "en";

function chosen() {
  const tag = localStorage.getItem(KEPT_AS);
  return tag in LANGUAGES ? tag : null;
}

function offered() {
  return navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => tag in LANGUAGES);
}

/** Speak another language from now on. */
export function speak(tag) {
  localStorage.setItem(KEPT_AS, tag);
  location.reload();
}

/** Put what the page's frame says, which is there before any script, into the language: its texts and its labels. */
export function translateFrame(t) {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}
