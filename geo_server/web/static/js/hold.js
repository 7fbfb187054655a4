/** A button for what must not happen by accident: hold it, or with a keyboard press it twice. */

import { fill, h } from "./dom.js";

const HOLD_MS = 1000;
const AGAIN_MS = 4000;

/**
 * @param {string} words
 * @param {string} againWords Shown after the first press of a key.
 * @param {() => void} run
 */
export function holdButton(words, againWords, run) {
  const label = h("span", {}, words);
  let timer = null;
  let armed = 0;
  let byPointer = false;

  const start = () => {
    byPointer = true;
    button.classList.add("is-held");
    timer = setTimeout(() => {
      stop();
      run();
    }, HOLD_MS);
  };
  const stop = () => {
    clearTimeout(timer);
    button.classList.remove("is-held");
  };
  const click = () => {
    if (byPointer) {
      byPointer = false;
      return;
    }
    if (Date.now() - armed < AGAIN_MS) {
      fill(label, words);
      run();
      return;
    }
    armed = Date.now();
    fill(label, againWords);
    setTimeout(() => fill(label, words), AGAIN_MS);
  };
  const button = h(
    "button",
    {
      class: "button button-main hold",
      type: "button",
      on: { pointerdown: start, pointerup: stop, pointerleave: stop, pointercancel: stop, click, contextmenu: (event) => event.preventDefault() },
    },
    label,
  );
  return button;
}
