/** A form that makes one correction. A refusal stands beside its field or at the end, and what was typed stays. */

import { h } from "./dom.js";
import { clearFaults, formFault, namedField, showFault } from "./fields.js";

/**
 * @param {object} reviewing
 * @param {object} options `submit` words of the button, `kind` of the correction, `say` (elements) => its content, or
 *   null when nothing is to be said, `done` () => void after it was made.
 * @param {...*} children Fields.
 */
export function correctionForm(reviewing, { submit, kind, say, done = () => {} }, ...children) {
  const id = reviewing.correctionId();
  const button = h("button", { class: "button button-main", type: "submit" }, submit);
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    const said = say(form.elements);
    if (!said) return;
    button.disabled = true;
    try {
      await reviewing.correct(id, kind, said);
      done();
    } catch (fault) {
      showFault(form, namedField(form, fault.where), fault.message);
    }
    button.disabled = false;
  };
  const form = h("form", { class: "stack form", on: { submit: send } }, children, formFault(), button);
  return form;
}

/** A button that makes a correction at once; a refusal is shown below it. */
export function correctionButton(reviewing, words, kind, said, done = () => {}) {
  const fault = h("span", { class: "field-fault", role: "alert" });
  const id = reviewing.correctionId();
  const send = async () => {
    button.disabled = true;
    fault.textContent = "";
    try {
      await reviewing.correct(id, kind, said);
      done();
    } catch (refusal) {
      fault.textContent = refusal.message;
    }
    button.disabled = false;
  };
  const button = h("button", { class: "button", type: "button", on: { click: send } }, words);
  return h("div", { class: "field" }, button, fault);
}
