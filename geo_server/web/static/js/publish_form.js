/** Bring a draft into force. Where people could not get out, somebody has to sign for it by name. */

import { loadSite } from "./data.js";
import { fill, h } from "./dom.js";
import { clearFaults, field, formFault, showFault } from "./fields.js";
import { t, tn } from "./strings.js";

export function publishForm(store, reviewing, lacking, done) {
  const button = h("button", { class: "button button-main", type: "submit" }, t("plans.publish"));
  const told = h("p", { class: "small", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    clearFaults(form);
    button.disabled = true;
    fill(told, t("plans.publishing"));
    try {
      await reviewing.publish(form.elements.signed_by?.value.trim());
      await loadSite(store, store.state.site.slug);
      await done();
    } catch (fault) {
      showFault(form, null, fault.message);
    }
    button.disabled = false;
    fill(told);
  };
  const form = h(
    "form",
    { class: "stack form", on: { submit: send } },
    lacking > 0 && [
      h("p", { class: "small lacking" }, tn("plans.sign_words", lacking)),
      field("signed_by", t("plans.sign"), { maxlength: 100, autocomplete: "name", required: true }),
    ],
    formFault(),
    button,
    told,
  );
  return form;
}
