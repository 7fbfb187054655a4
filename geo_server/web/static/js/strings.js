/**
 * Every word that the page says. One catalogue a language; what a catalogue lacks is said in English, which has all.
 * Names in braces are filled in. A key with `.one` and `.other` forms is chosen by `tn`.
 */

import { language } from "./languages.js";
import { en } from "./strings_en.js";
import { es } from "./strings_es.js";

const catalogue = { ...en, ...{ es }[language] };
const plural = new Intl.PluralRules(language);

/** The text of a key, with its names filled in. */
export function t(key, values = {}) {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`There is no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The form of a key that suits a number, which is filled in as `n`. */
export const tn = (key, n, values = {}) => t(`${key}.${plural.select(n) === "one" ? "one" : "other"}`, { n, ...values });

/** The text of a key, or `fallback` for a word that the catalogue does not know. */
export const known = (key, fallback) => (key in catalogue ? t(key) : fallback);
