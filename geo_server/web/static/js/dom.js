/** Elements from plain values. Text is always set as text: nothing is ever parsed as HTML. */

/**
 * An element.
 * @param {string} tag
 * @param {object} [props] `class`, `on` (events by name), `data` (dataset), `value`; anything else is an attribute:
 *   null, undefined and false leave it out, true sets it empty.
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  element.append(...flatten(children));
  return element;
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...flatten(children));
  return element;
}

/**
 * Make the children of `parent` those of `items`, in order, keeping the element of an item that was there before, so
 * that focus, scrolling and screen readers are not disturbed by each live change.
 */
export function syncList(parent, items, key, create, update) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let child = present.get(id);
    if (!child) {
      child = create(item);
      child.dataset.key = id;
    }
    present.delete(id);
    if (child === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(child, cursor);
    update(child, item);
  }
  for (const gone of present.values()) gone.remove();
}

function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
  else if (name === "data") Object.assign(element.dataset, value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

function flatten(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false).map(toNode);
}

function toNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
