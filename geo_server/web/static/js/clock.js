/** Times for people. Ages are counted by the server's clock: a phone's own clock may be wrong. */

import { language } from "./languages.js";
import { t } from "./strings.js";

let offsetMs = 0;
let zone;

/** Learn how far this device's clock is off, from the server's time in an answer that has just arrived. */
export function setServerTime(iso) {
  offsetMs = Date.parse(iso) - Date.now();
}

/** How far this device's clock is behind the server's, in ms: to be kept with an answer, and put back with it. */
export const deviceOffset = () => offsetMs;
export const setDeviceOffset = (ms) => (offsetMs = ms);

export function setTimeZone(name) {
  zone = name;
}

export const now = () => Date.now() + offsetMs;

/** A moment of this device's clock, by the server's. */
export const serverIso = (deviceMs) => new Date(deviceMs + offsetMs).toISOString();

export const secondsSince = (iso) => Math.max(0, (now() - Date.parse(iso)) / 1000);

/** `14:32`, or `14:32:05`, in the site's time zone. */
export function clockTime(at, withSeconds = false) {
  return new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: withSeconds ? "2-digit" : undefined,
    hourCycle: "h23",
    timeZone: zone,
  }).format(typeof at === "number" ? at : Date.parse(at));
}

/** `2 Mar 2026, 14:32`, in the site's time zone. */
export const dayAndTime = (iso) =>
  new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(Date.parse(iso));

/** The time of day, with the day where that is not the last twelve hours': `14:03` of yesterday must not look like today's. */
export const timeOrDay = (iso) => (secondsSince(iso) > 12 * 3600 ? dayAndTime(iso) : clockTime(iso, true));

/** `45 s`, `2 min 5 s`, `12 min`, `3 h 5 min`. */
export function duration(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return t("time.s", { s: whole });
  if (whole < 300) return whole % 60 ? t("time.min_s", { min: Math.floor(whole / 60), s: whole % 60 }) : t("time.min", { min: whole / 60 });
  if (whole < 3600) return t("time.min", { min: Math.floor(whole / 60) });
  return t("time.h_min", { h: Math.floor(whole / 3600), min: Math.floor((whole % 3600) / 60) });
}

/** A `<time>` whose text is renewed each second: `format` turns it into words. */
export function ticking(iso, format) {
  const element = document.createElement("time");
  setTicking(element, iso, format);
  return element;
}

export function setTicking(element, iso, format) {
  element.dateTime = iso;
  element.format = format;
  element.classList.add("ticking");
  element.textContent = format(iso);
}

export const ago = (iso) => t("time.ago", { age: duration(secondsSince(iso)) });

setInterval(() => {
  for (const element of document.querySelectorAll("time.ticking")) {
    const words = element.format(element.dateTime);
    if (words !== element.textContent) element.textContent = words;
  }
}, 1000);
