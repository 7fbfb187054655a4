/** Small dialogs and what to do when the server refuses. */

import { h } from "./dom.js";
import { closeButton } from "./room_picker.js";

/** Wait for a request; a refusal is shown as a sentence and counts as handled. */
export async function attempt(request, store) {
  try {
    const answer = await request;
    store.set({ fault: null });
    return answer ?? true;
  } catch (fault) {
    store.set({ fault: fault.message });
    return null;
  }
}

/** A dialog with a title, a close button and a body. */
export function openDialog(title, ...body) {
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": title, on: { close: () => dialog.remove() } },
    h("div", { class: "dialog-head" }, h("h2", {}, title), closeButton(() => dialog.close())),
    body,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Ask for one of a few values. */
export function openChoice(title, options, take) {
  const dialog = openDialog(
    title,
    h(
      "div",
      { class: "grid-buttons" },
      options.map(({ value, title: words }) => {
        const pick = () => {
          dialog.close();
          take(value);
        };
        return h("button", { class: "button", type: "button", on: { click: pick } }, words);
      }),
    ),
  );
}
