/** What the state means for rounds: what the server has, with what still waits on this device laid over it. Pure. */

import { distance } from "./geo.js";

/** Metres that a level more or less is worth when the nearest checkpoint is looked for. */
const LEVEL_M = 30;

const said = (state, what) => state.walking.filter((entry) => entry.what === what && entry.state !== "refused");

/** Id of the person's round that is being walked, or null. */
export function ownRound(state) {
  const ended = new Set(said(state, "finish").map(({ content }) => content.round_id));
  const known = new Map(state.rounds.map((round) => [round.id, round]));
  const open = [
    ...said(state, "start").filter(({ id }) => !known.has(id)).reverse(),
    ...state.rounds.filter((round) => round.mine && !round.finished_at),
  ];
  return open.find(({ id }) => !ended.has(id))?.id ?? null;
}

/** What was found in a round: by checkpoint, its `fault` (null: all well), when, and whether the server has it. */
function checksOf(state, roundId) {
  const known = state.round?.id === roundId ? state.round.checks : [];
  const own = said(state, "check").filter(({ content }) => content.round_id === roundId);
  const all = [
    ...known.map((check) => ({ ...check, arrived: true })),
    ...own.map(({ content, state: sent }) => ({ ...content, fault: content.fault ?? null, arrived: sent === "confirmed" })),
  ];
  return new Map(all.sort((a, b) => a.client_at.localeCompare(b.client_at)).map((check) => [check.checkpoint_id, check]));
}

/** The checkpoints, each with what was found in the person's round: `found` is done, fault or null. */
export function stopsOf(state) {
  const roundId = ownRound(state);
  const checks = roundId ? checksOf(state, roundId) : new Map();
  return state.coverage.map(({ id, geometry, properties }) => {
    const check = checks.get(id) ?? null;
    return { ...properties, id, at: geometry.coordinates, check, found: check && (check.fault ? "fault" : "done") };
  });
}

/** Those that nobody has looked at in the person's round, the nearest first: to the last one done, else to their own room. */
export function undoneStops(state) {
  const stops = stopsOf(state);
  const done = stops.filter(({ check }) => check).sort((a, b) => a.check.client_at.localeCompare(b.check.client_at));
  const from = done.at(-1) ?? state.zoneById.get(state.mine) ?? stops[0];
  const away = ({ at, ordinal }) => distance(from.at, at) + LEVEL_M * Math.abs(ordinal - from.ordinal);
  return stops.filter(({ check }) => !check).sort((a, b) => away(a) - away(b));
}

/** The checkpoint that the buttons are for: the one that was chosen, else the nearest that is undone, else null. */
export function stopNow(state) {
  return stopsOf(state).find(({ id }) => id === state.checkpoint) ?? undoneStops(state)[0] ?? null;
}

/** Faults that stand, without those that this person has just said to be mended. */
export function standingFaults(state) {
  const mended = new Set(said(state, "mend").map(({ content }) => content.fault_id));
  return state.faults.filter(({ id }) => !mended.has(id));
}

/** How much of what was said on rounds has not arrived, and what was refused. */
export const waitingSteps = (state) => state.walking.filter((entry) => entry.state === "queued" || entry.state === "sending").length;
export const refusedSteps = (state) => state.walking.filter((entry) => entry.state === "refused");
