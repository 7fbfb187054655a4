/** What the protocol pack and the server say, in the language that the page speaks, where the pack has it. Pure. */

import { language } from "./languages.js";

/** A protocol pack whose actions and kinds are called as in the page's language. */
export const packInLanguage = (pack) => ({ ...pack, actions: pack.actions.map(inLanguage), kinds: pack.kinds.map(inLanguage) });

const inLanguage = (called) => ({ ...called, ...called.languages?.[language] });

/** A picture whose incident, orders and conflicts are called as in a pack. */
export function pictureAsIn(pack, picture) {
  const kindTitle = (key, title) => pack.kinds.find((kind) => kind.key === key)?.title ?? title;
  const order = (told) => orderAsIn(pack, told);
  return {
    ...picture,
    incident: picture.incident && { ...picture.incident, title: kindTitle(picture.incident.kind, picture.incident.title) },
    directives: picture.directives.map(order),
    withdrawals: picture.withdrawals.map((taken) => ({ ...taken, order: order(taken.order) })),
    conflicts: picture.conflicts.map((conflict) => ({
      ...conflict,
      title: kindTitle(conflict.kind, conflict.title),
      action_title: orderAsIn(pack, { action: conflict.action, title: conflict.action_title }).title,
    })),
  };
}

/** An order called as its action is in a pack; as it came where the pack has no such action any more. */
export function orderAsIn(pack, order) {
  const { title, words } = pack.actions.find((action) => action.key === order.action) ?? order;
  return { ...order, title, words };
}
