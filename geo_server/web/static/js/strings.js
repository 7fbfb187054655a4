/**
 * Every word that the page says. One catalogue a language; English is the one there is.
 * Names in braces are filled in. A key with `.one` and `.other` forms is chosen by `tn`.
 */

import { en } from "./strings_en.js";

const catalogue = en;
const plural = new Intl.PluralRules("en");

/** The text of a key, with its names filled in. */
export function t(key, values = {}) {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`There is no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The form of a key that suits a number, which is filled in as `n`. */
export const tn = (key, n, values = {}) => t(`${key}.${plural.select(n)}`, { n, ...values });

/** The text of a key, or `fallback` for a word that the catalogue does not know. */
export const known = (key, fallback) => (key in catalogue ? t(key) : fallback);
