/** What is done to a revision under review: open it, correct it, take the last correction back, copy it. */

import { getJson, postJson, remove } from "./api.js";
import { newId } from "./ids.js";
import { makeReview } from "./review_model.js";

const BLANK = { review: null, picked: null, sketch: null, focus: null, mode: null };

/**
 * @param {object} store
 * @param {string} base Address of the site.
 */
export function createReviewing(store, base) {
  const address = (id) => `${base}/revisions/${id}`;
  const own = () => address(store.state.review.revision.id);

  const load = async (id, building) => {
    const [answer, document, { revisions }] = await Promise.all([
      getJson(`${address(id)}/review`),
      getJson(`${address(id)}/floorplan`),
      getJson(`${base}/revisions`),
    ]);
    const { building_id: own } = answer.revision;
    const isFirst = !revisions.some((one) => one.building_id === own && one.state === "published");
    return makeReview(answer, document, { building, isFirst, origin: store.state.site.origin });
  };
  /** Look again; a review that was closed or changed for another meanwhile stays so. */
  const reload = async () => {
    const before = store.state.review;
    const review = await load(before.revision.id, before.building);
    if (store.state.review?.revision.id === review.revision.id) store.set({ review });
  };

  return {
    open: async (id, building) => store.set({ ...BLANK, review: await load(id, building) }),
    close: () => store.set(BLANK),
    reload,
    /** Make a correction. Whoever sends it again after no answer gives the same id, so that it is made once. */
    correct: async (id, kind, said) => {
      await postJson(`${own()}/edits`, { id, kind, ...said });
      await reload();
    },
    correctionId: newId,
    undo: async () => {
      const undone = await remove(`${own()}/edits/last`);
      await reload();
      return undone.kind;
    },
    differences: () => getJson(`${own()}/differences`),
    publish: (signedBy) => postJson(`${own()}/publish`, signedBy ? { signed_by: signedBy } : {}),
    copy: () => postJson(`${own()}/copy`, {}),
  };
}
