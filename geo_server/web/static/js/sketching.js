/** Taps on the map under review that say where: two on a wall for a door, two across a zone for a cut, one on a neighbour. */

import { cutAcross, dropOnLine, sidesOf, snapToSide } from "./flat.js";
import { zoneName } from "./model.js";
import { t } from "./strings.js";

/** A tap farther from any wall than this is a slip. */
const WALL_WITHIN_M = 2;

/** Wait for a tap with these words; each way of leaving the sketch half-done takes its ends away. */
const ask = (store, hint, onPlace) => store.set({ mode: { name: "sketch", reviewing: true, hint, onPlace } });

export function startDoor(store) {
  store.set({ sketch: null, picked: null });
  const first = ({ at }) => {
    const { review, ordinal } = store.state;
    const zones = [...review.zones.values()].filter((zone) => zone.ordinal === ordinal);
    const spot = snapToSide(at, zones.flatMap((zone) => sidesOf(zone.coordinates)), WALL_WITHIN_M);
    if (!spot) return ask(store, t("edit.door_no_wall"), first);
    store.set({ sketch: { kind: "door", ordinal, points: [spot.at] } });
    return ask(store, t("edit.door_second"), second(spot));
  };
  const second = (spot) => (tap) => {
    const { sketch } = store.state;
    store.set({ mode: null, sketch: { ...sketch, points: [spot.at, dropOnLine(tap.at, spot.side)] } });
  };
  ask(store, t("edit.door_first"), first);
}

export function startSplit(store, zone) {
  store.set({ sketch: null });
  const words = { zone: zoneName(zone) };
  const first = ({ at }) => {
    store.set({ sketch: { kind: "split", ordinal: zone.ordinal, zoneId: zone.id, points: [at] } });
    ask(store, t("edit.split_second", words), second);
  };
  const second = ({ at }) => {
    const { sketch } = store.state;
    const cut = cutAcross([sketch.points[0], at], zone.coordinates);
    if (!cut) return ask(store, t("edit.split_missed", words), second);
    return store.set({ mode: null, sketch: { ...sketch, points: cut } });
  };
  ask(store, t("edit.split_first", words), first);
}

export function startMerge(store, zone) {
  const take = ({ zoneId }) => {
    if (!zoneId || zoneId === zone.id) return ask(store, t("edit.merge_hint", { zone: zoneName(zone) }), take);
    return store.set({ mode: null, sketch: { kind: "merge", ordinal: zone.ordinal, zoneIds: [zone.id, zoneId], points: [] } });
  };
  store.set({ sketch: null });
  ask(store, t("edit.merge_hint", { zone: zoneName(zone) }), take);
}

/** A sketch whose taps were called off is none. */
export function dropHalfDone(store) {
  store.watch(["mode"], ({ mode, sketch }) => {
    if (mode === null && sketch && sketch.kind !== "merge" && sketch.points.length < 2) store.set({ sketch: null });
  });
}
