/** Fields of forms, each with its unit in its name and its fault beside it. What was typed stays when it is refused. */

import { fill, h } from "./dom.js";

/**
 * A labelled input with room for what is wrong with it.
 * @param {string} name
 * @param {string} label Says the unit.
 * @param {object} props Of the input.
 */
export function field(name, label, props = {}) {
  const fault = h("span", { class: "field-fault", role: "alert" });
  const input = h("input", { name, on: { input: () => mark(input, "") }, ...props });
  return h("label", { class: "field" }, h("span", {}, label), input, fault);
}

/**
 * A labelled choice of one of a few values.
 * @param {Array<[string, string]>} options Value and words of each.
 * @param {string} value The chosen one.
 */
export function choice(name, label, options, value, props = {}) {
  const fault = h("span", { class: "field-fault", role: "alert" });
  const input = h(
    "select",
    { name, on: { change: () => mark(input, "") }, ...props },
    options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)),
  );
  return h("label", { class: "field" }, h("span", {}, label), input, fault);
}

/** The field of a form that a refusal is about, or null: the server names it towards the end of `where`. */
export function namedField(form, where) {
  const named = (where ?? "").split(".").map((name) => form.elements.namedItem(name));
  return named.findLast((input) => input instanceof HTMLElement && input.matches("input, select")) ?? null;
}

/** A place at the end of a form for what belongs to no field. */
export const formFault = () => h("p", { class: "fault form-fault", role: "alert" });

/** Take away what was said of the last try. */
export function clearFaults(form) {
  for (const input of form.querySelectorAll(".field :is(input, select)")) mark(input, "");
  fill(form.querySelector(".form-fault"));
}

/** Show a refusal beside the input that it is about, or where there is none at the end of the form. */
export function showFault(form, input, words) {
  if (!input) {
    fill(form.querySelector(".form-fault"), words);
    return;
  }
  mark(input, words);
  input.focus();
}

function mark(input, words) {
  fill(input.parentElement.querySelector(".field-fault"), words);
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
