/** Reports of the person's own room. Whichever button reports takes along what is filled in. */

import { moreForm } from "./more_form.js";
import { chooseOwnRoom } from "./room_picker.js";

/**
 * @param {object} store
 * @param {{report: Function}} outbox
 * @returns {{form: HTMLElement, say: (status: string) => void}} `form` is what can be filled in; whoever says something
 *   and has not said which room they are in is asked first.
 */
export function createReporter(store, outbox) {
  const say = (status) => {
    const send = () => outbox.report(store.state.mine, status, form.take());
    if (store.state.mine) send();
    else chooseOwnRoom(store, send);
  };
  const form = moreForm(store, say);
  return { form: form.element, say };
}
