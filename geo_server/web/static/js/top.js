/** The bar at the top: which site, whether it is live, who is signed in. */

import { clockTime, serverIso, timeOrDay } from "./clock.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { forgetKept } from "./kept.js";
import { LANGUAGES, language, speak } from "./languages.js";
import { forgetSettled } from "./queue.js";
import { known, t } from "./strings.js";

export function showTop(store) {
  const top = document.getElementById("top");
  const live = h("span", { class: "live" });
  const light = h("button", { class: "button-plain", type: "button", on: { click: () => flip(store) } }, icon("moon"));
  fill(
    top,
    h("div", { class: "top-site" }, h("span", { class: "mark" }, icon("home")), h("h1", {}, store.state.site.name)),
    h("div", { class: "top-who" }, live, light, whoMenu(store.state)),
  );
  store.watch(["connection", "theme"], ({ connection, theme }) => {
    live.className = connection.live ? "live is-live" : "live";
    fill(live, t(connection.live ? "top.live" : "top.offline"), " ", h("span", { class: "live-at" }, clockTime(serverIso(connection.asOf))));
    live.title = t("top.as_of", { time: timeOrDay(serverIso(connection.asOf)) });
    light.setAttribute("aria-label", t(theme === "dark" ? "top.light" : "top.dim"));
    light.title = light.getAttribute("aria-label");
  });
}

const flip = (store) => store.set({ ownTheme: store.state.theme === "dark" ? "light" : "dark" });

function whoMenu({ me, site }) {
  return h(
    "details",
    { class: "menu" },
    h("summary", {}, known(`role.${site.role}`, site.role)),
    h(
      "form",
      { class: "menu-body", method: "post", action: "/sign-out", on: { submit: (event) => signOut(event, me) } },
      h("p", {}, me.person.name),
      languageField(),
      h("button", { class: "button", type: "submit" }, t("top.sign_out")),
    ),
  );
}

const languageField = () =>
  h(
    "label",
    { class: "field" },
    h("span", {}, t("frame.language")),
    h(
      "select",
      { name: "language", on: { change: (event) => speak(event.target.value) } },
      Object.entries(LANGUAGES).map(([tag, name]) => h("option", { value: tag, lang: tag, selected: tag === language }, name)),
    ),
  );

/** What is kept on the device goes before the session does: without a connection the session stays, and so does what waits to
 * be sent. */
async function signOut(event, me) {
  event.preventDefault();
  forgetSettled(me.person.id);
  await forgetKept().catch(console.warn);
  event.target.submit();
}
